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

/**
 * A name that was confirmed must be this connector's, also where nothing turns out to need it.
 * @throws CdcError CDC-C01 when `--confirm` names something else
 */
export function confirmationMatches(name: string, confirmed: string | undefined, command: string): void {
  if (confirmed === undefined || confirmed === name) return
  throw new CdcError('CDC-C01', {
    where: name,
    what: `--confirm says ${confirmed}, not ${name}`,
    fix: `${command} --confirm=${name}`,
  })
}
