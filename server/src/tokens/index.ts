export { issueIdToken } from './issue-id-token.ts'
export { readIdToken } from './read-id-token.ts'
export { openSigningKeys, signingAlgorithm, type SigningAlgorithm, type SigningKeys } from './signing-keys.ts'
