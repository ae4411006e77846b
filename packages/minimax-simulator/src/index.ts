export type { Call } from './call-log.ts';
export { connectSimulator, type RemoteSimulator, type SimulatorControl, type Stats } from './control.ts';
export type { Fault } from './fault.ts';
export type { H3WireChanges } from './h3/wire.ts';
export type { GenerationRequest } from './image-01/generation-request.ts';
export type { ImageFault } from './image-fault.ts';
export type { ScenarioInput } from './scenario.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';
