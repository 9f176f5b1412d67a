/**
 * The network: LeNet-5 (LeCun et al. 1998, "Gradient-based learning applied to document recognition") with max pooling,
 * ReLU and dropout.
 *
 * @module
 */
import { type Device, nn } from "../../mod.ts";

/** Maps `[batch, 1, 28, 28]` images to `[batch, 10]` logits. */
export function lenet(options: { device: Device }): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(1, 8, 5, { ...options, padding: 2 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, 5, options),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Dropout({ p: 0.25 }),
    new nn.Linear(16 * 5 * 5, 128, options),
    new nn.ReLU(),
    new nn.Dropout({ p: 0.25 }),
    new nn.Linear(128, 10, options),
  );
}

/** Number of trained values in `model`. */
export function parameterCount(model: nn.Module): number {
  return [...model.parameters()].reduce((count, parameter) => count + parameter.numel, 0);
}
