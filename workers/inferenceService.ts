import { probabilities } from '../src/lib/generation/softmax.js';
import { topIndices } from '../src/lib/generation/topTokens.js';
import type {
	GenerationService,
	GenerationState,
	StartGenerationRequest
} from '../src/lib/rpc/generationServices.js';
import type {
	ContinueRequest,
	ContinueResult,
	GenerationStep,
	InferenceService,
	LoadRequest,
	Progress,
	PromptPreview,
	RunRequest,
	RunSummary
} from '../src/lib/rpc/services.js';
import { DeviceLostError } from '../src/lib/runtime/errors.js';
import type { OrtModule } from '../src/lib/runtime/runtime.js';
import type { Source } from '../src/lib/sources/source.js';
import { urlSource } from '../src/lib/sources/urlSource.js';
import type { Tensor } from '../src/lib/tensor/tensor.js';
import type {
	AttentionRequest,
	Device,
	HiddenStateRequest,
	LensCell,
	LensRequest,
	ModelInfo,
	TokenScore,
	TopLogitsRequest,
	VisionAttentionRequest,
	VisionStateRequest
} from '../src/lib/trace/trace.js';
import { toTraceImages } from '../src/lib/trace/traceImages.js';
import { toTraceTokens } from '../src/lib/trace/traceTokens.js';
import { openCheckedRuntime } from './checkedRuntime.js';
import { chooseDevice } from './device.js';
import { Generations, type GenerationStart } from './generations.js';
import { computeLens } from './lens.js';
import { loadModel, type LoadedModel } from './loadedModel.js';
import { ModelRun, type RunInput } from './modelRun.js';
import { decodePictures, previewPrompt } from './pictures.js';
import { toInputs } from './prompt.js';
import { VisionRun } from './visionRun.js';

/** What the service takes from where it runs. */
export interface Platform {
	readonly loadOrt: (device: Device) => Promise<OrtModule>;
	readonly gpu?: GPU;
	/** Opens the checkpoint that a load request names; by HTTP when absent. */
	readonly openSource?: (url: string) => Source;
}

/** What a prompt became before the decoder saw it; the same for all that is generated from it. */
interface Prompted extends Pick<RunSummary, 'pictures' | 'images' | 'notices'> {
	readonly promptLength: number;
	readonly vision: VisionRun | undefined;
}

interface HeldRun {
	readonly run: ModelRun;
	readonly prompted: Prompted;
}

interface PromptedStart extends GenerationStart {
	readonly prompted: Prompted;
}

/**
 * The model service: one model at a time, and any number of its runs until they are released.
 * Knows no Comlink and no page, so that it also runs in Node.
 */
export class ModelService implements InferenceService {
	readonly #platform: Platform;
	readonly #runs = new Map<number, HeldRun>();
	readonly #generations = new Generations<PromptedStart>();
	#loaded: LoadedModel | undefined;
	#lastId = 0;

	readonly stepGeneration: GenerationService['stepGeneration'] = (...values) =>
		this.#generations.stepGeneration(...values);
	readonly stepBack: GenerationService['stepBack'] = (...values) =>
		this.#generations.stepBack(...values);
	readonly forceTokens: GenerationService['forceTokens'] = (...values) =>
		this.#generations.forceTokens(...values);
	readonly seekGeneration: GenerationService['seekGeneration'] = (...values) =>
		this.#generations.seekGeneration(...values);
	readonly setSampling: GenerationService['setSampling'] = (...values) =>
		this.#generations.setSampling(...values);
	readonly setEdits: GenerationService['setEdits'] = (...values) =>
		this.#generations.setEdits(...values);
	readonly readStep: GenerationService['readStep'] = (...values) =>
		this.#generations.readStep(...values);
	readonly endGeneration: GenerationService['endGeneration'] = (...values) =>
		this.#generations.endGeneration(...values);

	constructor(platform: Platform) {
		this.#platform = platform;
	}

	async load(
		request: LoadRequest,
		onProgress: (progress: Progress) => void = () => {},
		signal?: AbortSignal
	): Promise<ModelInfo> {
		const { loadOrt, gpu, openSource = urlSource } = this.#platform;
		onProgress({ phase: 'connect', loaded: 0, total: 0 });
		const chosen = await chooseDevice(request.device, gpu);
		const { name, dtype } = request;
		const { runtime, reason } = await openCheckedRuntime(chosen, loadOrt, dtype, signal);
		signal?.throwIfAborted();
		const names = { name, dtype, deviceReason: reason };
		const loaded = await loadModel(openSource(request.url), runtime, names, onProgress, signal);
		// The old model stays until the new one is there, so that a failed load loses nothing.
		await this.dispose();
		this.#loaded = loaded;
		return loaded.info;
	}

	async run(request: RunRequest, signal?: AbortSignal): Promise<RunSummary> {
		const start = performance.now();
		const { processor, imageProcessor, model } = this.#model();
		const { prompt, maskRule, edits, panAndScan } = request;
		const pictures = await decodePictures(request.pictures, imageProcessor, panAndScan);
		signal?.throwIfAborted();
		const images = pictures.map(({ image }) => image);
		const inputs = toInputs(processor, prompt, images, panAndScan);
		const { inputIds, tokenTypeIds, pixelValues } = inputs;
		const vision = pixelValues && (await this.#see(model, pixelValues, signal));
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
		return this.#start(input, prompted, start, signal);
	}

	async preview(request: RunRequest): Promise<PromptPreview> {
		const { processor, imageProcessor } = this.#model();
		if (imageProcessor === null) throw new Error('this checkpoint has no settings for pictures');
		const { pictures: files, panAndScan } = request;
		const pictures = await decodePictures(files, imageProcessor, panAndScan);
		return previewPrompt(processor, imageProcessor, pictures, request);
	}

	async generate(
		{ runId, maxNewTokens }: ContinueRequest,
		onStep: (step: GenerationStep) => void = () => {},
		signal?: AbortSignal
	): Promise<ContinueResult> {
		const start = performance.now();
		const { run: source, prompted } = this.#held(runId);
		const { promptLength } = prompted;
		const { model } = this.#model();
		const ids = [...source.input.inputIds[0]];
		let finishReason: ContinueResult['finishReason'] = 'context_full';
		const request = { ...source.input, maxNewTokens, stopStrings: [], signal };
		try {
			for await (const step of model.generate(request)) {
				const [id] = step.tokenIds;
				ids.push(id);
				const token = this.#traceTokens(source.input, ids, promptLength)[ids.length - 1];
				const probability = probabilities(step.distribution.logits.data)[id];
				onStep({ token, probability, ms: step.milliseconds });
				const reason = step.stops[0]?.reason;
				if (reason && reason !== 'stop_string') finishReason = reason;
			}
		} catch (error) {
			// What was generated before Stop is kept.
			if (!signal?.aborted || error instanceof DeviceLostError) throw error;
			finishReason = 'stopped';
		}
		const [typeIds] = source.input.tokenTypeIds;
		const tokenTypeIds = [ids.map((_, position) => typeIds[position] ?? 0)];
		const input = { ...source.input, inputIds: [ids], tokenTypeIds };
		const run = await this.#start(input, prompted, start);
		return { run, finishReason };
	}

	attention(runId: number, request: AttentionRequest, signal?: AbortSignal) {
		return this.#held(runId).run.attention(request, signal);
	}

	hiddenState(runId: number, request: HiddenStateRequest) {
		return this.#held(runId).run.hiddenState(request);
	}

	async topLogits(
		runId: number,
		{ k, ...place }: TopLogitsRequest,
		signal?: AbortSignal
	): Promise<TokenScore[]> {
		const { processor } = this.#model();
		const logits = await this.#held(runId).run.logits(place, signal);
		const shares = probabilities(logits);
		return topIndices(logits, k).map((id) => ({
			id,
			text: processor.tokenizer.tokenText(id),
			logit: logits[id],
			probability: shares[id]
		}));
	}

	async lens(runId: number, request: LensRequest, signal?: AbortSignal): Promise<LensCell[]> {
		return computeLens(this.#model(), this.#held(runId).run, request, signal);
	}

	async visionAttention(runId: number, request: VisionAttentionRequest, signal?: AbortSignal) {
		return this.#vision(runId).attention(request, signal);
	}

	async visionState(runId: number, request: VisionStateRequest, signal?: AbortSignal) {
		return this.#vision(runId).state(request, signal);
	}

	async startGeneration(
		request: StartGenerationRequest,
		signal?: AbortSignal
	): Promise<GenerationState> {
		const { run, prompted } = this.#held(request.runId);
		const firstLength = prompted.promptLength;
		const start = { loaded: this.#model(), input: run.input, firstLength, prompted };
		return this.#generations.startGeneration(++this.#lastId, start, request, signal);
	}

	async traceGeneration(id: number, signal?: AbortSignal): Promise<RunSummary> {
		const { input, start } = this.#generations.traceInput(id);
		return this.#start(input, start.prompted, performance.now(), signal);
	}

	async release(runId: number): Promise<void> {
		this.#runs.get(runId)?.run.dispose();
		this.#runs.delete(runId);
	}

	async dispose(): Promise<void> {
		for (const { run } of this.#runs.values()) run.dispose();
		this.#runs.clear();
		this.#generations.dispose();
		const loaded = this.#loaded;
		this.#loaded = undefined;
		await loaded?.model.dispose();
	}

	async #start(
		input: RunInput,
		prompted: Prompted,
		start: number,
		signal?: AbortSignal
	): Promise<RunSummary> {
		const { promptLength, pictures, images, notices } = prompted;
		const { model } = this.#model();
		const modelStart = performance.now();
		const run = await ModelRun.create(model, { ...input, signal });
		const [ids] = input.inputIds;
		const end = performance.now();
		const summary: RunSummary = {
			id: ++this.#lastId,
			tokens: this.#traceTokens(input, ids, promptLength),
			pictures,
			images,
			masks: {
				rule: input.maskRule ?? '5.17',
				slidingWindow: model.config.textConfig.slidingWindow,
				attentionMask: ids.map(() => 1),
				tokenTypeIds: input.tokenTypeIds[0],
				edits: input.edits ?? [],
				promptLength
			},
			notices,
			modelMs: end - modelStart,
			totalMs: end - start
		};
		this.#runs.set(summary.id, { run, prompted });
		return summary;
	}

	#traceTokens(input: RunInput, inputIds: readonly number[], promptLength: number) {
		const { processor, info } = this.#model();
		return toTraceTokens({
			inputIds,
			tokenTypeIds: input.tokenTypeIds[0],
			tokenizer: processor.tokenizer,
			promptLength,
			config: info.config
		});
	}

	async #see(model: LoadedModel['model'], pixelValues: Tensor, signal?: AbortSignal) {
		// The processor has refused pictures for a model without a tower.
		if (!('visionTower' in model.model)) throw new Error('this model reads text only');
		const { visionTower } = model.model;
		const features = await model.model.getImageFeatures(pixelValues, signal);
		return { features, run: new VisionRun(visionTower, pixelValues) };
	}

	#vision(runId: number): VisionRun {
		const { vision } = this.#held(runId).prompted;
		if (vision !== undefined) return vision;
		throw new Error('this prompt has no pictures');
	}

	#model(): LoadedModel {
		if (this.#loaded !== undefined) return this.#loaded;
		throw new Error('no model is loaded; load one first');
	}

	#held(runId: number): HeldRun {
		const held = this.#runs.get(runId);
		if (held !== undefined) return held;
		throw new Error(`run ${runId} was released; run the prompt again`);
	}
}
