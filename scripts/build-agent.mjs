import { agentExecutable, buildAgent } from './steps/build-steps.mjs'

// For tests of the agent alone: builds it when its sources have changed, and prints its path.
await buildAgent()
console.log(agentExecutable)
