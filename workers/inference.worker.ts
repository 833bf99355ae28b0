import { expose } from 'comlink';
import '../src/lib/rpc/abortSignal.js';
import { ModelService } from './inferenceService.js';
import { loadOrt } from './loadOrt.js';

expose(new ModelService({ loadOrt, gpu: navigator.gpu, storage: navigator.storage }));
