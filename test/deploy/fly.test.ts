import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { repository } from '../harness/run-process.ts'

const folder = join(repository, 'deploy/connect')

/**
 * The part of Fly's configuration that is used, and no other: flyctl passes over keys that it does not know, so that a
 * misspelt one would have no effect. Above all there is no `http_service` and no `services`.
 */
const flyToml = z.strictObject({
  app: z.string(),
  primary_region: z.string().length(3),
  kill_signal: z.literal('SIGTERM'),
  kill_timeout: z.string().regex(/^\d+s$/),
  build: z.strictObject({ dockerfile: z.string() }),
  env: z.record(z.string(), z.string()),
  deploy: z.strictObject({ strategy: z.enum(['canary', 'rolling', 'bluegreen', 'immediate']) }),
  restart: z.array(z.strictObject({ policy: z.literal('always') })),
  vm: z.array(z.strictObject({ size: z.string().regex(/^(shared|performance)-(cpu-)?\d+x$/), memory: z.string() })),
  checks: z.record(
    z.string(),
    z.strictObject({
      type: z.enum(['tcp', 'http']),
      port: z.int(),
      grace_period: z.string(),
      interval: z.string(),
      timeout: z.string(),
    }),
  ),
  metrics: z.strictObject({ port: z.int(), path: z.string() }),
})

test('fly.toml: private, stopped gently, big enough, checked where the image listens', () => {
  const fly = flyToml.parse(parse(readFileSync(join(folder, 'fly.toml'), 'utf8')))
  const graceful = /^task\.shutdown\.graceful\.timeout\.ms=(\d+)$/m.exec(
    readFileSync(join(folder, 'worker.properties'), 'utf8'),
  )
  assert.ok(Number.parseInt(fly.kill_timeout) * 1000 > Number(graceful?.[1]), 'longer than the tasks may take')
  assert.ok(Number.parseInt(fly.kill_timeout) >= 60)
  for (const { memory } of fly.vm) assert.match(memory, /^([4-9]|\d\d+)gb$/)
  assert.ok(existsSync(join(folder, fly.build.dockerfile)))
  assert.equal(fly.env['CDC_LISTEN'], `[::]:${fly.checks['rest']?.port}`)
  assert.equal(fly.env['CDC_METRICS'], `[::]:${fly.metrics.port}`)
  const exposed = /^EXPOSE (.*)$/m.exec(readFileSync(join(folder, 'Dockerfile'), 'utf8'))?.[1]?.split(' ')
  assert.deepEqual(exposed, [String(fly.checks['rest']?.port), String(fly.metrics.port)])
  for (const name of Object.keys(fly.env)) assert.doesNotMatch(name, /PASS|SECRET|KEY|USER/)
})
