// deno-fmt-ignore-file: it drops the decorators of functions.
/**
 * Philox4x32-10, a counter-based generator: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * A bijection turns a 128-bit counter and a 64-bit key into one block of four random words.
 */

const MULTIPLIERS = memory.data<u32>(
  [0xD2511F53, 0xD2511F53, 0xD2511F53, 0xD2511F53, 0xCD9E8D57, 0xCD9E8D57, 0xCD9E8D57, 0xCD9E8D57],
  16,
);
/** Added to the key before every round but the first: the golden ratio and sqrt(3) - 1 in 32 bits. */
const WEYL = memory.data<u32>(
  [0x9E3779B9, 0x9E3779B9, 0x9E3779B9, 0x9E3779B9, 0xBB67AE85, 0xBB67AE85, 0xBB67AE85, 0xBB67AE85],
  16,
);

/**
 * Writes `blocks` blocks of four words, rounded up to a multiple of 4 blocks, for consecutive counters. Only the lower
 * 64 bits of the counter, (counter1, counter0), are incremented. Each vector lane computes one block.
 */
export function philox(
  words: usize,
  blocks: i32,
  counter0: u32,
  counter1: u32,
  counter2: u32,
  counter3: u32,
  key0: u32,
  key1: u32,
): void {
  const multiplier0 = v128.load(MULTIPLIERS);
  const multiplier1 = v128.load(MULTIPLIERS, 16);
  const weyl0 = v128.load(WEYL);
  const weyl1 = v128.load(WEYL, 16);
  const step = i64x2.splat(4);
  let counterA = i64x2.splat((<u64>counter1 << 32) | <u64>counter0);
  let counterB = i64x2.add(counterA, i64x2(2, 3));
  counterA = i64x2.add(counterA, i64x2(0, 1));
  for (let block = 0; block < blocks; block += 4) {
    let c0 = v128.shuffle<i32>(counterA, counterB, 0, 2, 4, 6);
    let c1 = v128.shuffle<i32>(counterA, counterB, 1, 3, 5, 7);
    let c2 = i32x4.splat(counter2);
    let c3 = i32x4.splat(counter3);
    let k0 = i32x4.splat(key0);
    let k1 = i32x4.splat(key1);
    for (let round = 0; round < 10; round++) {
      const product0Low = i64x2.extmul_low_i32x4_u(c0, multiplier0);
      const product0High = i64x2.extmul_high_i32x4_u(c0, multiplier0);
      const product1Low = i64x2.extmul_low_i32x4_u(c2, multiplier1);
      const product1High = i64x2.extmul_high_i32x4_u(c2, multiplier1);
      c0 = v128.xor(v128.xor(v128.shuffle<i32>(product1Low, product1High, 1, 3, 5, 7), c1), k0);
      c1 = v128.shuffle<i32>(product1Low, product1High, 0, 2, 4, 6);
      c2 = v128.xor(v128.xor(v128.shuffle<i32>(product0Low, product0High, 1, 3, 5, 7), c3), k1);
      c3 = v128.shuffle<i32>(product0Low, product0High, 0, 2, 4, 6);
      k0 = i32x4.add(k0, weyl0);
      k1 = i32x4.add(k1, weyl1);
    }
    const front01 = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
    const front23 = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
    const back01 = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
    const back23 = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
    v128.store(words, v128.shuffle<i64>(front01, front23, 0, 2));
    v128.store(words, v128.shuffle<i64>(front01, front23, 1, 3), 16);
    v128.store(words, v128.shuffle<i64>(back01, back23, 0, 2), 32);
    v128.store(words, v128.shuffle<i64>(back01, back23, 1, 3), 48);
    words += 64;
    counterA = i64x2.add(counterA, step);
    counterB = i64x2.add(counterB, step);
  }
}
