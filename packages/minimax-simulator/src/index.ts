export type { Call } from './call-log.ts';
export { connectSimulator, type RemoteSimulator, type SimulatorControl, type Stats } from './control.ts';
export type { Fault, ImageFault } from './fault.ts';
export type { GenerationRequest } from './generation-request.ts';
export type { ScenarioInput } from './scenario.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';
