/** First byte above the constant tables: everything from here on belongs to the page heap. */
export function heap_base(): usize {
  return __heap_base;
}
