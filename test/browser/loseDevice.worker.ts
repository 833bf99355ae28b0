import { expose } from 'comlink';
import '../../src/lib/rpc/abortSignal.js';
import { ModelService } from '../../workers/inferenceService.js';
import { loadOrt } from '../../workers/loadOrt.js';

/** The model worker, whose graphics devices go away when it is told 'lose the devices'. */
const devices: GPUDevice[] = [];
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...given) {
	const device = await requestDevice.apply(this, given);
	devices.push(device);
	return device;
};
addEventListener('message', ({ data }) => {
	if (data === 'lose the devices') for (const device of devices) device.destroy();
});

expose(new ModelService({ loadOrt, gpu: navigator.gpu }));
