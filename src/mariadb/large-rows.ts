/** The right to read rows of many megabytes. */
export interface LargeRowsTurn extends Disposable {
  /** Waits until no other stream has it. At once when it is had already. */
  take(): Promise<void>
}

let last: Promise<void> = Promise.resolve()

/**
 * Streams with very large rows are read one after the other: each holds a whole row twice, as it came and as it goes, and
 * several readers of such a table would hold several. The turn ends with the stream.
 */
export function largeRowsTurn(): LargeRowsTurn {
  let mine: PromiseWithResolvers<void> | undefined
  return {
    async take() {
      if (mine !== undefined) return
      mine = Promise.withResolvers()
      const before = last
      last = before.then(() => mine?.promise)
      await before
    },
    [Symbol.dispose]: () => mine?.resolve(),
  }
}
