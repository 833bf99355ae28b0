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
	PromptPreview,
	RunRequest,
	RunSummary,
	TokenizedPrompt
} from '../src/lib/rpc/services.js';
import type {
	LoadRequest,
	LoadResult,
	ModelLoadService,
	Progress
} from '../src/lib/rpc/modelServices.js';
import type { Classification } from '../src/lib/trace/classification.js';
import { DeviceLostError } from '../src/lib/runtime/errors.js';
import type {
	AttentionRequest,
	HiddenStateRequest,
	LensCell,
	LensRequest,
	ProductsRequest,
	TokenScore,
	TopLogitsRequest,
	VisionAttentionRequest,
	VisionStateRequest
} from '../src/lib/trace/trace.js';
import { toTraceTokens } from '../src/lib/trace/traceTokens.js';
import { classifyRun } from './classify.js';
import { Generations, type GenerationStart } from './generations.js';
import { computeLens } from './lens.js';
import type { LoadedModel } from './loadedModel.js';
import { ModelLoader, type Platform } from './modelLoader.js';
import { ModelRun, type RunInput } from './modelRun.js';
import { decodePictures, previewPrompt } from './pictures.js';
import { readPrompt, type Prompted } from './readPrompt.js';
import { tokenizePrompt } from './tokenizedPrompt.js';
import type { VisionRun } from './visionRun.js';

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
	readonly #loader: ModelLoader;
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

	readonly lookUp: ModelLoadService['lookUp'] = (...values) => this.#loader.lookUp(...values);
	readonly describeMachine: ModelLoadService['describeMachine'] = () =>
		this.#loader.describeMachine();
	readonly listModels: ModelLoadService['listModels'] = () => this.#loader.listModels();
	readonly deleteModel: ModelLoadService['deleteModel'] = (key) => this.#loader.deleteModel(key);

	constructor(platform: Platform) {
		this.#loader = new ModelLoader(platform);
	}

	async load(
		request: LoadRequest,
		onProgress: (progress: Progress) => void = () => {},
		signal?: AbortSignal
	): Promise<LoadResult> {
		const { loaded, notices } = await this.#loader.load(request, onProgress, signal);
		// The old model stays until the new one is there, so that a failed load loses nothing.
		await this.dispose();
		this.#loaded = loaded;
		return { ...loaded.info, notices };
	}

	async run(request: RunRequest, signal?: AbortSignal): Promise<RunSummary> {
		const start = performance.now();
		const { input, prompted } = await readPrompt(this.#model(), request, signal);
		return this.#start(input, prompted, start, signal);
	}

	async preview(request: RunRequest): Promise<PromptPreview> {
		const { processor, imageProcessor } = this.#model();
		if (imageProcessor === null) throw new Error('this checkpoint has no settings for pictures');
		const { pictures: files, panAndScan } = request;
		const pictures = await decodePictures(files, imageProcessor, panAndScan);
		return previewPrompt(processor, imageProcessor, pictures, request);
	}

	async tokenize(request: RunRequest): Promise<TokenizedPrompt> {
		return tokenizePrompt(this.#model(), request);
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

	async classify(runId: number, signal?: AbortSignal): Promise<Classification> {
		const { run, prompted } = this.#held(runId);
		const tokens = this.#traceTokens(run.input, run.input.inputIds[0], prompted.promptLength);
		return classifyRun(this.#model(), run, tokens, signal);
	}

	async visionAttention(runId: number, request: VisionAttentionRequest, signal?: AbortSignal) {
		return this.#vision(runId).attention(request, signal);
	}

	async visionState(runId: number, request: VisionStateRequest, signal?: AbortSignal) {
		return this.#vision(runId).state(request, signal);
	}

	async products(runId: number, request: ProductsRequest, signal?: AbortSignal) {
		return this.#held(runId).run.insides.products(request, signal);
	}

	async addedLengths(runId: number, signal?: AbortSignal) {
		return this.#held(runId).run.insides.addedLengths(signal);
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
