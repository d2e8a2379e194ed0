// Holds the shape of the house: which folder may import which, no cycles, no barrels,
// and no environment read outside src/config.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')

/** folder -> folders (or paths below one) it may import besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  lib: ['core'],
  config: ['core', 'lib'],
  mariadb: ['core', 'lib'],
  postgres: ['core', 'lib'],
  mapping: ['core'],
  relay: ['core', 'lib', 'mariadb/events'],
  state: ['core', 'lib', 'postgres'],
  connect: ['core', 'lib', 'config'],
  source: ['core', 'lib', 'config', 'mariadb', 'relay'],
  sink: ['core', 'lib', 'config', 'mariadb/events', 'postgres', 'mapping', 'relay', 'state'],
  migrate: ['core', 'lib', 'config', 'mariadb', 'postgres', 'mapping', 'state'],
  verify: ['core', 'lib', 'config', 'mariadb', 'postgres', 'mapping', 'state'],
  doctor: ['core', 'lib', 'config', 'mariadb', 'postgres', 'mapping', 'connect'],
  plan: ['core', 'lib', 'config', 'mariadb', 'postgres', 'mapping', 'state', 'connect', 'migrate', 'doctor'],
  move: ['core', 'lib', 'config', 'mariadb', 'postgres', 'mapping', 'state', 'connect'],
  worker: [
    ...['core', 'lib', 'config', 'mariadb', 'postgres', 'mapping', 'relay', 'state', 'connect'],
    ...['source', 'sink', 'migrate', 'verify', 'doctor'],
  ],
  cli: [
    ...['core', 'lib', 'config', 'mariadb', 'postgres', 'mapping', 'relay', 'state', 'connect'],
    ...['source', 'sink', 'migrate', 'verify', 'doctor', 'plan', 'move', 'worker'],
  ],
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(src, name))

const imports = new Map(
  files.map((file) => {
    const text = readFileSync(file, 'utf8')
    const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((m) =>
      resolve(dirname(file), m[1] ?? ''),
    )
    return [file, found] as const
  }),
)

test('every import goes only where its folder may look', () => {
  const wrong: string[] = []
  for (const [file, targets] of imports) {
    const from = relative(src, file)
    const folder = from.split('/')[0] ?? ''
    const rule = allowed[folder]
    if (rule === undefined) wrong.push(`${from}: folder ${folder} is not in the table`)
    for (const target of targets) {
      const to = relative(src, target)
      const ok = to.startsWith(`${folder}/`) || (rule ?? []).some((prefix) => to.startsWith(`${prefix}/`))
      if (!ok && !to.endsWith('.json')) wrong.push(`${from} imports ${to}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('there are no import cycles', () => {
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file].map((f) => relative(src, f)).join(' -> '))
      return
    }
    state.set(file, 'open')
    for (const target of imports.get(file) ?? []) visit(target, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
  assert.deepEqual(cycles, [])
})

test('there are no barrels', () => {
  const barrels = files.filter(
    (file) => /(^|\/)index\.ts$/.test(file) || /^export (\*|\{[^}]*\}) from/m.test(readFileSync(file, 'utf8')),
  )
  assert.deepEqual(
    barrels.map((file) => relative(src, file)),
    [],
  )
})

test('the environment is read only in src/config', () => {
  const readers = files.filter(
    (file) => !relative(src, file).startsWith('config/') && /process\s*\.\s*env\b/.test(readFileSync(file, 'utf8')),
  )
  assert.deepEqual(
    readers.map((file) => relative(src, file)),
    [],
  )
})

test('folders are at most two deep and names explain themselves', () => {
  const wrong = files
    .map((file) => relative(src, file))
    .filter((file) => file.split('/').length > 3 || /(^|\/)(utils?|common|manager|helpers?|misc)(\.ts|\/)/.test(file))
  assert.deepEqual(wrong, [])
})
