import type { GtidPosition } from '../core/gtid.ts'
import { furthest, reaches } from '../core/gtid.ts'

/** Who reads the relay and how far each reader is done with it. */
export class Retention {
  readonly #readers = new Set<string>()
  readonly #done = new Map<string, GtidPosition>()

  /** Readers that are no longer named do not count any more. */
  setReaders(names: readonly string[]): void {
    this.#readers.clear()
    for (const name of names) this.#readers.add(name)
    for (const name of this.#done.keys()) if (!this.#readers.has(name)) this.#done.delete(name)
  }

  acknowledge(reader: string, position: GtidPosition): void {
    const before = this.#done.get(reader)
    this.#done.set(reader, before === undefined ? position : furthest(before, position))
  }

  /** Whether nobody needs what lies before the position. Without readers everything is kept for those to come. */
  allPassed(position: GtidPosition): boolean {
    if (this.#readers.size === 0) return false
    for (const reader of this.#readers) {
      const done = this.#done.get(reader)
      if (done === undefined || !reaches(done, position)) return false
    }
    return true
  }
}
