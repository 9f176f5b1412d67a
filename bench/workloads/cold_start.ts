import { tensor } from "../../mod.ts";

const x = tensor([1, 2, 3], { requiresGrad: true });
x.mul(x).sum().backward();
console.log(String(x.grad));
