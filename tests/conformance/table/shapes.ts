/**
 * Creation, views, joining and splitting, indexing and scattering.
 *
 * @module
 */
import { lookup } from "../api.ts";
import { isTuple, type Table, type TorchCall } from "../arguments.ts";
import { renamed, without } from "./adapters.ts";

/**
 * Python's lists of numbers or booleans inside an index are index tensors here, and so is a list that is the whole index;
 * a list of anything else is read as a tuple, as PyTorch does.
 */
function listsToTensors({ args, kwargs }: TorchCall): TorchCall {
  const convert = (entry: unknown): unknown =>
    Array.isArray(entry)
      ? lookup("tensor")(entry, { dtype: typeof entry.flat(Infinity)[0] === "boolean" ? "bool" : "int32" })
      : entry;
  const [input, index] = args;
  if (!Array.isArray(index)) return { args, kwargs };
  const isList = !isTuple(index) && index.every((entry) => typeof entry === "number" || typeof entry === "boolean");
  return { args: [input, isList ? convert(index) : index.map(convert)], kwargs };
}

/** `torch.arange(0, end=3)`. */
function endToPosition({ args, kwargs }: TorchCall): TorchCall {
  const { end, ...others } = kwargs;
  return end === undefined ? { args, kwargs } : { args: [...args, end], kwargs: others };
}

/** `slice_scatter(input, src, dim, start, end, step)`. */
function boundsToSlice({ args, kwargs }: TorchCall): TorchCall {
  const [start, end, step] = args.slice(3);
  return { args: args.slice(0, 3), kwargs: { start, end, step, ...kwargs } };
}

/** `x.view(5, 1, 5)` is `x.view((5, 1, 5))`. */
function gatherSize({ args: [input, ...size], kwargs }: TorchCall): TorchCall {
  return { args: [input, Array.isArray(size[0]) ? size[0] : size], kwargs };
}

export const SHAPES: Table = {
  "torch.arange": { row: "arange(...bounds; dtype)", adapt: endToPosition },
  "torch.eye": "eye(n, m; dtype, requires_grad)",
  "torch.full": "full(size, fill_value; dtype)",
  "torch.full_like": "fullLike(input, fill_value; dtype)",
  "torch.linspace": "linspace(start, end, steps; dtype)",
  "torch.logspace": "logspace(start, end, steps; base, dtype)",
  "torch.ones_like": "onesLike(input; dtype)",
  "torch.tril_indices": "trilIndices(row, col; offset, dtype)",
  "torch.triu_indices": "triuIndices(row, col; offset, dtype)",
  "torch.zeros_like": "zerosLike(input; dtype)",

  "Tensor.expand": { row: "expand(input, size)", adapt: gatherSize },
  "Tensor.expand_as": "expandAs(input, other)",
  "Tensor.repeat": { row: "repeat(input, repeats)", adapt: gatherSize },
  "Tensor.reshape_as": "reshapeAs(input, other)",
  "Tensor.sum_to_size": { row: "sumToSize(input, size)", adapt: gatherSize },
  "Tensor.unfold": "unfold(input, dimension, size, step)",
  "Tensor.view": { row: "view(input, size)", adapt: gatherSize },
  "Tensor.view_as": "viewAs(input, other)",
  "torch.as_strided": "asStrided(input, size, stride, storage_offset)",
  "torch.atleast_1d": "atleast1d(input)",
  "torch.atleast_2d": "atleast2d(input)",
  "torch.atleast_3d": "atleast3d(input)",
  "torch.block_diag": "blockDiag(...tensors)",
  "torch.broadcast_tensors": "broadcastTensors(...tensors)",
  "torch.broadcast_to": "broadcastTo(input, size)",
  "torch.cartesian_prod": "cartesianProd(...tensors)",
  "torch.cat": "cat(tensors, dim)",
  "torch.chunk": "chunk(input, chunks, dim)",
  "torch.column_stack": "columnStack(tensors)",
  "torch.combinations": "combinations(input; r, with_replacement)",
  "torch.diag": "diag(input, diagonal)",
  "torch.diag_embed": "diagEmbed(input; offset, dim1, dim2)",
  "torch.diagflat": "diagflat(input, offset)",
  "torch.diagonal": "diagonal(input; offset, dim1, dim2)",
  "torch.dstack": "dstack(tensors)",
  "torch.flatten": "flatten(input, start_dim, end_dim)",
  "torch.flip": "flip(input, dims)",
  "torch.fliplr": "fliplr(input)",
  "torch.flipud": "flipud(input)",
  "torch.hsplit": "hsplit(input, indices_or_sections)",
  "torch.hstack": "hstack(tensors)",
  "torch.meshgrid": {
    row: "meshgrid(tensors; indexing)",
    adapt: ({ args, kwargs }) => ({ args: [Array.isArray(args[0]) ? args[0] : args], kwargs }),
  },
  "torch.movedim": "movedim(input, source, destination)",
  "torch.narrow": "narrow(input, dim, start, length)",
  "torch.permute": "permute(input, dims)",
  "torch.ravel": "ravel(input)",
  "torch.repeat_interleave": { row: "repeatInterleave(input, repeats, dim)", adapt: without("output_size") },
  "torch.reshape": "reshape(input, shape)",
  "torch.roll": "roll(input, shifts, dims)",
  "torch.rot90": "rot90(input, k, dims)",
  "torch.select": "select(input, dim, index)",
  "torch.split": "split(input, split_size_or_sections, dim)",
  "torch.split_with_sizes": "splitWithSizes(input, split_sizes, dim)",
  "torch.squeeze": "squeeze(input, dim)",
  "torch.stack": "stack(tensors, dim)",
  "torch.swapaxes": "swapaxes(input, axis0, axis1)",
  "torch.t": "t(input)",
  "torch.tensor_split": "tensorSplit(input, indices_or_sections, dim)",
  "torch.tile": "tile(input, dims)",
  "torch.transpose": "transpose(input, dim0, dim1)",
  "torch.tril": "tril(input, diagonal)",
  "torch.triu": "triu(input, diagonal)",
  "torch.unbind": "unbind(input, dim)",
  "torch.unflatten": "unflatten(input, dim, sizes)",
  "torch.unsqueeze": "unsqueeze(input, dim)",
  "torch.vsplit": "vsplit(input, indices_or_sections)",
  "torch.vstack": "vstack(tensors)",

  "Tensor.__getitem__": { row: "Tensor.get(input, ...index)", adapt: listsToTensors },
  "Tensor.detach": "Tensor.detach(input)",
  "torch.diagonal_scatter": "diagonalScatter(input, src; offset, dim1, dim2)",
  "torch.gather": { row: "gather(input, dim, index)", adapt: without("sparse_grad") },
  "torch.index_add": "indexAdd(input, dim, index, source; alpha)",
  "torch.index_copy": "indexCopy(input, dim, index, source)",
  "torch.index_fill": "indexFill(input, dim, index, value)",
  "torch.index_put": "indexPut(input, indices, values; accumulate)",
  "torch.index_select": "indexSelect(input, dim, index)",
  "torch.masked_fill": "maskedFill(input, mask, value)",
  "torch.masked_scatter": "maskedScatter(input, mask, source)",
  "torch.masked_select": "maskedSelect(input, mask)",
  "torch.nonzero": "nonzero(input; as_tuple)",
  "torch.put": "put(input, index, source; accumulate)",
  "torch.scatter": { row: "scatter(input, dim, index, src; reduce)", adapt: renamed("value", "src") },
  "torch.scatter_add": "scatterAdd(input, dim, index, src)",
  "torch.scatter_reduce": "scatterReduce(input, dim, index, src, reduce; include_self)",
  "torch.select_scatter": "selectScatter(input, src, dim, index)",
  "torch.slice_scatter": { row: "sliceScatter(input, src, dim; start, end, step)", adapt: boundsToSlice },
  "torch.take": "take(input, index)",
  "torch.take_along_dim": "takeAlongDim(input, indices, dim)",
};
