import type { Distribution } from '../src/lib/gemma3/distribution.js';
import { GenerationSession, type GenerateStep } from '../src/lib/gemma3/generationSession.js';
import type {
	CacheState,
	DistributionSummary,
	ForceRequest,
	GenerationState,
	OnGenerationStep,
	ReadStepRequest,
	SeekRequest,
	StartGenerationRequest,
	StepReading,
	StepRecord,
	StepRequest
} from '../src/lib/rpc/generationServices.js';
import type { Stop } from '../src/lib/generation/stoppingCriteria.js';
import { macrotask } from '../src/lib/runtime/macrotask.js';
import { DeviceLostError } from '../src/lib/runtime/errors.js';
import { createTensor } from '../src/lib/tensor/tensor.js';
import { toTraceTokens } from '../src/lib/trace/traceTokens.js';
import type { LoadedModel } from './loadedModel.js';
import type { RunInput } from './modelRun.js';
import { probabilityOf, summarizeDistribution } from './distribution.js';

/** A generation held in the worker: a session, and the records of its steps as plain data. */
export class GenerationRun {
	#records: StepRecord[] = [];

	private constructor(
		readonly id: number,
		readonly loaded: LoadedModel,
		readonly input: RunInput,
		/** Tokens of the first prompt, for a run that was continued before. */
		readonly firstLength: number,
		readonly session: GenerationSession
	) {}

	static async create(
		id: number,
		loaded: LoadedModel,
		input: RunInput,
		firstLength: number,
		request: StartGenerationRequest,
		signal?: AbortSignal
	): Promise<GenerationRun> {
		const { sampling, seed, maxNewTokens, stopStrings } = request;
		const session = await GenerationSession.create(loaded.model, {
			...input,
			...sampling,
			seed,
			maxNewTokens,
			stopStrings,
			tokenizer: loaded.processor.tokenizer,
			keepReadings: true,
			signal
		});
		return new GenerationRun(id, loaded, input, firstLength, session);
	}

	/** The state as plain data. The newest token runs, if it has not yet. */
	async state(signal?: AbortSignal): Promise<GenerationState> {
		const { session, input } = this;
		const { sequence } = session;
		const next = await session.next(signal);
		const { slidingWindow } = this.loaded.model.config.textConfig;
		return {
			id: this.id,
			promptLength: session.promptLength,
			tokens: this.#tokens(),
			steps: [...this.#records],
			next: this.#summarize(next),
			sampling: session.sampling,
			randomState: session.randomState,
			masks: {
				rule: input.maskRule ?? '5.17',
				slidingWindow,
				attentionMask: sequence.ids[0].map(() => 1),
				tokenTypeIds: this.tokenTypeIds(),
				edits: sequence.edits,
				promptLength: session.promptLength
			},
			stop: this.#stop,
			cache: this.#cacheState()
		};
	}

	async step(
		{ count = 1, ignoreStop = false, stopping }: StepRequest,
		onStep: OnGenerationStep,
		signal?: AbortSignal
	): Promise<void> {
		const { session } = this;
		const { maxPositionEmbeddings } = this.loaded.model.config.textConfig;
		if (stopping) await session.setStopping(stopping);
		try {
			for (let taken = 0; taken < count; taken++) {
				if (session.sequence.length >= maxPositionEmbeddings) return;
				if (this.#stop !== null && !ignoreStop) return;
				signal?.throwIfAborted();
				onStep(this.#record(await session.step(signal)));
				await macrotask();
			}
		} catch (error) {
			// What came before Stop is kept.
			if (!signal?.aborted || error instanceof DeviceLostError) throw error;
		}
	}

	async stepBack(length: number): Promise<void> {
		await this.session.stepBack(length);
		this.#records.length = length;
	}

	/** @throws TypeError unless exactly one of ids and text is given, RangeError for an unknown id */
	async force(
		{ tokenIds, text }: ForceRequest,
		onStep: OnGenerationStep,
		signal?: AbortSignal
	): Promise<void> {
		if ((tokenIds === undefined) === (text === undefined)) {
			throw new TypeError('give exactly one of tokenIds and text');
		}
		const { tokenizer } = this.loaded.processor;
		for (const id of tokenIds ?? tokenizer.encode(text!, { addSpecialTokens: false })) {
			signal?.throwIfAborted();
			onStep(this.#record(await this.session.force([id], signal)));
		}
	}

	async seek({ tokenIds, steps = [], randomState }: SeekRequest): Promise<void> {
		const known = [...this.#records];
		await this.session.seek(
			tokenIds.map((id) => [id]),
			randomState
		);
		const tokens = this.#tokens().slice(this.session.promptLength);
		this.#records = tokens.map((token, index) => {
			const list = [known, steps].find((records) => isSame(records, tokenIds, index));
			return list?.[index] ?? this.#unknown(token, index);
		});
	}

	async read({ layers }: ReadStepRequest, signal?: AbortSignal): Promise<StepReading> {
		const { numHiddenLayers } = this.loaded.model.config.textConfig;
		const reading = await this.session.read(signal);
		const wanted = layers ?? Array.from({ length: numHiddenLayers }, (_, layer) => layer);
		const attentions = [];
		const hiddenStates = [];
		for (const layer of wanted) {
			const { dims, data } = await reading.attention(layer);
			attentions.push(createTensor('float32', [dims[1], dims[3]], data));
		}
		for (const layer of [0, ...wanted.map((layer) => layer + 1)]) {
			const { dims, data } = await reading.hiddenState(layer);
			hiddenStates.push(createTensor('float32', [dims[2]], data));
		}
		return { position: reading.position, attentions, hiddenStates };
	}

	/** Why the run ends with the newest token, or null. */
	get #stop(): Stop | null {
		return this.#records.at(-1)?.stop ?? null;
	}

	/** 1 for an image soft token, one a token so far. */
	tokenTypeIds(): number[] {
		const [typeIds] = this.input.tokenTypeIds;
		return this.session.sequence.ids[0].map((_, position) => typeIds[position] ?? 0);
	}

	dispose(): void {
		this.session.dispose();
	}

	#record(step: GenerateStep): StepRecord {
		const [id] = step.tokenIds;
		const record: StepRecord = {
			index: step.step,
			token: this.#tokens().at(-1)!,
			forced: step.forced,
			probability: probabilityOf(step.distribution, id),
			distribution: this.#summarize(step.distribution, id),
			stop: step.stops[0],
			ms: step.milliseconds,
			randomState: step.randomState
		};
		this.#records.push(record);
		return record;
	}

	#unknown(token: StepRecord['token'], index: number): StepRecord {
		const { randomState } = this.session;
		return {
			index,
			token,
			forced: true,
			probability: 0,
			distribution: null,
			stop: null,
			ms: 0,
			randomState
		};
	}

	#summarize(distribution: Distribution, taken?: number): DistributionSummary {
		return summarizeDistribution(distribution, this.loaded.processor.tokenizer, taken);
	}

	#tokens() {
		return toTraceTokens({
			inputIds: this.session.sequence.ids[0],
			tokenTypeIds: this.input.tokenTypeIds[0],
			tokenizer: this.loaded.processor.tokenizer,
			promptLength: this.firstLength,
			config: this.loaded.info.config
		});
	}

	#cacheState(): CacheState {
		const { cache } = this.session.sequence;
		const { layerTypes } = this.loaded.model.config.textConfig;
		return {
			length: cache.length,
			layers: layerTypes.map((kind) => ({
				kind,
				capacity: cache.capacityOf(kind),
				held: cache.held(kind),
				byteLength: cache.layerBytes(kind)
			})),
			byteLength: cache.byteLength,
			byteLengthIfAllGlobal: layerTypes.length * cache.layerBytes('full_attention')
		};
	}
}

/** Whether a list of records begins with these tokens, up to one index. */
function isSame(list: readonly StepRecord[], ids: readonly number[], index: number): boolean {
	if (list.length <= index) return false;
	for (let i = 0; i <= index; i++) if (list[i].token.id !== ids[i]) return false;
	return true;
}
