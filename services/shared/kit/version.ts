import about from '../../../package.json' with { type: 'json' }

/** The version of the platform that this process runs. */
export const version: string = about.version
