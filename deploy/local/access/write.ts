import { join } from 'node:path'
import { appIds } from '../../../services/shared/contracts/define.ts'
import { writeWhole } from '../files.ts'
import { configurationOf } from './configuration.ts'

for (const app of appIds) writeWhole(join(import.meta.dirname, '../../../dapr/config', `${app}.yaml`), await configurationOf(app))
