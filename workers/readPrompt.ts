import type { RunRequest, RunSummary } from '../src/lib/rpc/services.js';
import type { Tensor } from '../src/lib/tensor/tensor.js';
import { toTraceImages } from '../src/lib/trace/traceImages.js';
import type { LoadedModel } from './loadedModel.js';
import type { RunInput } from './modelRun.js';
import { decodePictures } from './pictures.js';
import { toInputs } from './prompt.js';
import { VisionRun } from './visionRun.js';

/** What a prompt became before the decoder saw it; the same for all that is generated from it. */
export interface Prompted extends Pick<RunSummary, 'pictures' | 'images' | 'notices'> {
	readonly promptLength: number;
	readonly vision: VisionRun | undefined;
}

/** Decodes and cuts the pictures of a prompt, tokenises it, and runs the vision tower. */
export async function readPrompt(
	{ processor, imageProcessor, model }: LoadedModel,
	{ prompt, maskRule, edits, panAndScan, pictures: files }: RunRequest,
	signal?: AbortSignal
): Promise<{ readonly input: RunInput; readonly prompted: Prompted }> {
	const pictures = await decodePictures(files, imageProcessor, panAndScan);
	signal?.throwIfAborted();
	const images = pictures.map(({ image }) => image);
	const inputs = toInputs(processor, prompt, images, panAndScan);
	const { inputIds, tokenTypeIds, pixelValues } = inputs;
	const vision = pixelValues && (await see(model, pixelValues, signal));
	const input = { inputIds, tokenTypeIds, maskRule, edits, imageFeatures: vision?.features };
	const prompted = {
		promptLength: inputIds[0].length,
		pictures: pictures.map(({ info }) => info),
		images: toTraceImages({
			pictures: pictures.map(({ info, crops }) => ({ ...info, crops })),
			tokenTypeIds: pixelValues ? tokenTypeIds[0] : [],
			mmTokensPerImage: model.config.mmTokensPerImage
		}),
		notices: [...pictures.flatMap((picture) => picture.notices), ...inputs.notices],
		vision: vision?.run
	};
	return { input, prompted };
}

async function see(model: LoadedModel['model'], pixelValues: Tensor, signal?: AbortSignal) {
	// The processor has refused pictures for a model without a tower.
	if (!('visionTower' in model.model)) throw new Error('this model reads text only');
	const { visionTower } = model.model;
	const features = await model.model.getImageFeatures(pixelValues, signal);
	return { features, run: new VisionRun(visionTower, pixelValues) };
}
