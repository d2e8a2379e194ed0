import { CdcError } from '../core/errors.ts'

/**
 * What cannot be undone wants the connector's name once more.
 * @throws CdcError CDC-C01 when `--confirm` is missing or names something else
 */
export function mustConfirm(name: string, confirmed: string | undefined, consequence: string, command: string): void {
  if (confirmed === name) return
  throw new CdcError('CDC-C01', {
    where: name,
    what: confirmed === undefined ? 'this needs a confirmation' : `--confirm says ${confirmed}, not ${name}`,
    why: consequence,
    fix: `${command} --confirm=${name}`,
  })
}
