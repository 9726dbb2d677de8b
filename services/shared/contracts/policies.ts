import type { Api } from './define.ts'
import type { gatewayApi } from './gateway/http.ts'
import type { publicApis } from './public-apis.ts'
import type { sagaApi } from './sagas/http.ts'

/**
 * Who may do something. The roles of a project mean "at least", and who runs the organization acts as owner of each of its projects.
 * - `anyone`: also without a token · `signed-in`: each for himself · `organization`: its members, guests too · `regular`: its members, guests not
 * - `viewer` … `owner`: that role in the project · `admin`: owners and admins of the organization · `nobody`: see `own`
 */
export type Who = 'anyone' | 'signed-in' | 'organization' | 'regular' | 'viewer' | 'contributor' | 'manager' | 'owner' | 'admin' | 'nobody'
/**
 * - `may`: who may call the operation on any such thing.
 * - `own`: what the one must be whose thing it is: its author, its reporter, its receiver.
 * - `within: 'own'`: it is about the caller's own organization, whichever that is; a list shows of it what the caller may see.
 * To all others a thing is unknown (404) or forbidden (403), and no word of it is told.
 */
export type Policy = { may: Exclude<Who, 'anyone'>; own?: Exclude<Who, 'anyone'>; within?: 'own' }

/** One policy for each operation: one without does not compile, nor one that is open to anyone where the contract wants a token. */
type PoliciesOf<A extends Api> = { readonly [K in keyof A]: A[K]['access'] extends 'public' ? { may: 'anyone' } : Policy }
type Apis = typeof publicApis & { saga: typeof sagaApi; gateway: typeof gatewayApi }

const anyone = { may: 'anyone' } as const
const self = { may: 'signed-in' } as const
const everybody = { may: 'organization', within: 'own' } as const
const regulars = { may: 'regular', within: 'own' } as const
const operators = { may: 'admin', within: 'own' } as const
const viewers = { may: 'viewer' } as const
const contributors = { may: 'contributor' } as const
const managers = { may: 'manager' } as const
const ownOnly = { may: 'nobody', own: 'signed-in' } as const

/**
 * Who may call what from outside. The services decide by their own `policies.ts`;
 * tests/security/matrix holds every answer of the running platform against this table.
 */
export const policies: { readonly [S in keyof Apis]: PoliciesOf<Apis[S]> } = {
  user: {
    register: anyone, login: anyone, refresh: anyone, logout: anyone, jwks: anyone,
    forgotPassword: anyone, resetPassword: anyone, startOauth: anyone, finishOauth: anyone,
    listSessions: self, endSession: ownOnly, wsTicket: self, listOrganizations: self, switchOrganization: { may: 'organization' },
    showProfile: self, changeProfile: self, closeAccount: self, changePassword: self,
    listMembers: everybody, changeRole: { may: 'admin' }, disableMember: { may: 'admin' },
    invite: operators, listInvitations: operators, revokeInvitation: { may: 'admin' }, acceptInvitation: ownOnly,
  },
  task: {
    createTask: contributors, listTasks: everybody, bulkTasks: contributors, getTask: viewers, updateTask: contributors, taskHistory: viewers,
    deleteTask: { may: 'manager', own: 'contributor' }, restoreTask: { may: 'manager', own: 'contributor' },
    changeStatus: contributors, addDependency: contributors, removeDependency: contributors,
    addComment: contributors, listComments: viewers, editComment: { may: 'nobody', own: 'contributor' }, deleteComment: { may: 'manager', own: 'contributor' },
  },
  project: {
    listTemplates: everybody, createTemplate: regulars, getTemplate: { may: 'organization' }, removeTemplate: { may: 'admin', own: 'organization' },
    createProject: regulars, listProjects: everybody, getProject: viewers, updateProject: managers, changeProjectStatus: managers, projectHistory: viewers,
    deleteProject: { may: 'owner' }, restoreProject: { may: 'owner' }, setWorkflow: managers,
    addMember: managers, updateMember: managers, removeMember: { may: 'manager', own: 'viewer' },
    allocation: everybody, runningTimer: self, stopTimer: self, startTimer: contributors,
    logTime: contributors, listTime: viewers, timeReport: viewers, removeTime: { may: 'manager', own: 'viewer' },
  },
  notification: { list: self, read: ownOnly, readAll: self, preferences: self, setPreferences: self },
  analytics: { dashboard: everybody, counts: operators },
  /** With a project named; to commit the proposal takes what creating the task takes. */
  ai: { naturalLanguage: viewers },
  saga: { showSaga: { may: 'organization' } },
  gateway: {
    status: anyone, listDeadLetters: operators, showDeadLetter: { may: 'admin' }, replayDeadLetter: { may: 'admin' }, skipDeadLetter: { may: 'admin' },
  },
}

/** Who may follow what on a socket. */
export const topicPolicies = { me: self, project: viewers } as const
