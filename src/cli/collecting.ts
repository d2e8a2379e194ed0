import { CdcError, CdcErrors } from '../core/errors.ts'

/** What `make` throws of errors with a code goes into `errors`. */
export function collecting<T>(errors: CdcError[], make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof CdcErrors) errors.push(...error.errors)
    else if (error instanceof CdcError) errors.push(error)
    else throw error
    return undefined
  }
}
