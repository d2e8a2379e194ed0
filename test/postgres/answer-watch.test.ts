import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAnswerWatch } from '../../src/postgres/answer-watch.ts'
import type { SessionState } from '../../src/postgres/answer-watch.ts'

/** A connection that never answers, and a server that says these things of it, one a question; then nothing more is asked. */
function silent(states: readonly SessionState[], moved: () => number = () => 0) {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<never>()
  answer.promise.catch(() => undefined)
  let questions = 0
  const watch = createAnswerWatch({
    moved,
    everyMs: 2,
    async ask() {
      const state = states[questions++]
      if (state !== undefined) return state
      asked.resolve()
      return 'working'
    },
    cut: (why) => answer.reject(new Error(why)),
  })
  return { watch, asked: asked.promise, answer: answer.promise }
}

test('a server that takes no new connection either is given up', async () => {
  const { watch, answer } = silent(['unreachable'])
  await assert.rejects(
    watch.during(() => answer),
    /does not answer/,
  )
})

test('a session that waits for us, or is gone, is dead when it is so twice', async () => {
  for (const state of ['waits-for-us', 'gone'] as const) {
    const { watch, answer } = silent([state, state])
    await assert.rejects(
      watch.during(() => answer),
      /knows nothing/,
    )
  }
})

test('a statement that works, or of which nothing is known, may take for ever', async () => {
  const { watch, answer, asked } = silent(['working', 'unknown', 'waits-for-us', 'working', 'waits-for-us', 'unknown'])
  await watch.during(async () => await Promise.race([answer, asked]))
})

test('bytes that move need no question', async () => {
  let bytes = 0
  const { watch, answer } = silent(['unreachable'], () => ++bytes)
  await watch.during(async () => await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 40))]))
})
