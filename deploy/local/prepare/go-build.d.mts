import type { Line } from './progress.mjs'
import type { ProcessId } from './process-identity.mjs'
type Program = {
  name: string; what: string; source: string; packages: readonly string[]; programs: readonly string[]
  builds: string; users: readonly ProcessId[]; least: string
}
export declare const goBuild: (program: Program, line: Line) => Promise<{ folder: string; built: boolean }>
export declare const toolchainFor: (version: string, least: string) => Record<string, string> | undefined
