/**
 * PyTorch's cases on the GPU: the groups of ops. Apart from the others, so that both run at the same time.
 *
 * @module
 */
import { conformanceTests, TRAINING_GROUPS } from "./conformance.ts";

await conformanceTests((group) => !TRAINING_GROUPS.includes(group));
