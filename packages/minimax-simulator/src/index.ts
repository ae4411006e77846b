export type { Call } from './call-log.ts';
export { connectSimulator, type RemoteSimulator, type SimulatorControl, type Stats } from './control.ts';
export type { Fault, PictureFault } from './fault.ts';
export type { GenerationRequest } from './generation-request.ts';
export type { ScriptInput } from './script.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';
