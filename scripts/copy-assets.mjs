// The compiler writes only what it compiled: everything else below src (SQL files, for instance) is copied beside it.
import { cpSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
cpSync(resolve(root, 'src'), resolve(root, 'dist'), {
  recursive: true,
  filter: (path) => !path.endsWith('.ts'),
})
