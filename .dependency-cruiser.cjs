// Arrows point one way: domain imports nothing, services import shared, main imports everything, no service imports a service.
const service = '^services/(?!shared/)([^/]+)/'
const test = '\\.test\\.ts$|/test/'
module.exports = {
  forbidden: [
    { name: 'services-are-islands', severity: 'error', from: { path: service }, to: { path: service, pathNot: '^services/$1/' } },
    { name: 'domain-is-pure', severity: 'error', from: { path: '^services/[^/]+/domain/', pathNot: test }, to: { pathNot: ['^services/[^/]+/domain/', '^services/shared/contracts/', '^services/shared/kit/(decider|persistent-map)', '^node_modules/zod', '^node_modules/(rrule-temporal|temporal-polyfill)'] } },
    { name: 'shared-knows-no-service', severity: 'error', from: { path: '^services/shared/' }, to: { path: service } },
    { name: 'contracts-import-zod-only', severity: 'error', from: { path: '^services/shared/contracts/', pathNot: test }, to: { pathNot: ['^services/shared/contracts/', 'node_modules/zod'] } },
    { name: 'only-main-composes', severity: 'error', from: { path: '^services/', pathNot: test }, to: { path: '^services/[^/]+/main\\.ts$' } },
    { name: 'product-knows-no-tests', severity: 'error', from: { path: '^(services|deploy|scripts)/', pathNot: test }, to: { path: ['^tests/', test] } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' }, exclude: { path: 'services/web/(dist|node_modules)' } },
}
