// The images cannot be built without Docker; what can be wrong in their files is looked at here.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Copy, DockerfileParser, From } from 'dockerfile-ast'
import type { Instruction } from 'dockerfile-ast'
import { repository } from '../harness/run-process.ts'

const images = [
  { file: 'deploy/connect/Dockerfile', context: 'deploy/connect', ignore: 'deploy/connect/.dockerignore' },
  { file: 'deploy/embedded/Dockerfile', context: '.', ignore: 'deploy/embedded/Dockerfile.dockerignore' },
]

for (const { file, context, ignore } of images) {
  const instructions = DockerfileParser.parse(readFileSync(join(repository, file), 'utf8')).getInstructions()
  const lastStage = instructions.slice(instructions.findLastIndex((instruction) => instruction instanceof From))
  const last = (keyword: string): Instruction | undefined =>
    lastStage.findLast((instruction) => instruction.getKeyword() === keyword)
  const words = (keyword: string): string => last(keyword)?.getRawArgumentsContent() ?? ''

  test(`${file}: what it is made from is pinned to the byte`, () => {
    for (const from of instructions.filter((instruction) => instruction instanceof From))
      assert.match(from.getImage() ?? '', /^[a-z]+:[\w.-]*\d[\w.-]*@sha256:[0-9a-f]{64}$/)
  })

  test(`${file}: what it copies exists and is let into the build`, () => {
    const allowed = readFileSync(join(repository, ignore), 'utf8').split('\n')
    assert.equal(allowed[0], '*', 'nothing by itself')
    const patterns = allowed
      .filter((line) => line.startsWith('!'))
      .map((line) => new RegExp(`^${line.slice(1).replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`))
    const copies = instructions.filter(
      (instruction) => instruction instanceof Copy && instruction.getFromFlag() === null,
    )
    assert.ok(copies.length > 0)
    for (const copy of copies) {
      const sources = copy.getArguments().slice(0, -1)
      for (const source of sources.map((argument) => argument.getValue())) {
        assert.ok(existsSync(join(repository, context, source)), `${source} is not there`)
        assert.ok(
          patterns.some((pattern) => pattern.test(source)),
          `${source} is kept out by ${ignore}`,
        )
      }
    }
  })

  test(`${file}: no root, a health check, signals reach the program`, () => {
    assert.match(words('USER'), /^(?!root$|0)[a-z]+$/)
    assert.match(
      last('HEALTHCHECK')?.getTextContent() ?? '',
      /--interval=\d+s --timeout=\d+s --start-period=\d+s --retries=\d+ CMD \[/,
    )
    assert.match(words('ENTRYPOINT'), /^\["\/.+"\]$/)
    assert.equal(words('STOPSIGNAL'), 'SIGTERM')
    assert.match(words('EXPOSE'), /^8083/)
    const paths = [...`${words('ENTRYPOINT')} ${words('HEALTHCHECK')}`.matchAll(/"(\/opt\/[^"]+)"/g)]
    const copied = lastStage
      .filter((instruction) => instruction instanceof Copy)
      .map((copy) => copy.getRawArgumentsContent())
    for (const [, path = ''] of paths) {
      const name = path.split('/').at(-1) ?? ''
      assert.ok(
        copied.some((text) => text?.includes(name) === true || text?.endsWith('/opt/cdc/bin') === true),
        `${path} is in no COPY`,
      )
    }
  })

  test(`${file}: no secret is built in`, () => {
    for (const instruction of instructions.filter((each) => ['ENV', 'ARG'].includes(each.getKeyword())))
      assert.doesNotMatch(instruction.getRawArgumentsContent() ?? '', /pass|secret|token|key/i)
  })
}
