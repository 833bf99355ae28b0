import { inPassing } from '../src/lib/gemma3/sequenceEdits.js';
import type {
	ForceRequest,
	GenerationService,
	GenerationState,
	OnGenerationStep,
	ReadStepRequest,
	SeekRequest,
	SetEditsRequest,
	SetSamplingRequest,
	StartGenerationRequest,
	StepBackRequest,
	StepReading,
	StepRequest
} from '../src/lib/rpc/generationServices.js';
import { GenerationRun } from './generationRun.js';
import type { LoadedModel } from './loadedModel.js';
import type { RunInput } from './modelRun.js';

/** What a generation starts from. */
export interface GenerationStart {
	readonly loaded: LoadedModel;
	readonly input: RunInput;
	/** Tokens of the first prompt, for a run that was continued before. */
	readonly firstLength: number;
}

/** The generations of one model, by their ids, until they are ended. */
export class Generations<Start extends GenerationStart> implements Omit<
	GenerationService,
	'startGeneration' | 'traceGeneration'
> {
	readonly #held = new Map<number, { readonly generation: GenerationRun; readonly start: Start }>();

	async startGeneration(
		id: number,
		start: Start,
		request: StartGenerationRequest,
		signal?: AbortSignal
	): Promise<GenerationState> {
		const { loaded, input, firstLength } = start;
		const generation = await GenerationRun.create(id, loaded, input, firstLength, request, signal);
		this.#held.set(id, { generation, start });
		try {
			return await generation.state(signal);
		} catch (error) {
			await this.endGeneration(id);
			throw error;
		}
	}

	async stepGeneration(
		request: StepRequest,
		onStep: OnGenerationStep = () => {},
		signal?: AbortSignal
	): Promise<GenerationState> {
		const { generation } = this.#get(request.id);
		await generation.step(request, onStep, signal);
		return generation.state();
	}

	async stepBack({ id, length }: StepBackRequest, signal?: AbortSignal): Promise<GenerationState> {
		const { generation } = this.#get(id);
		await generation.stepBack(length);
		return generation.state(signal);
	}

	async forceTokens(
		request: ForceRequest,
		onStep: OnGenerationStep = () => {},
		signal?: AbortSignal
	): Promise<GenerationState> {
		const { generation } = this.#get(request.id);
		await generation.force(request, onStep, signal);
		return generation.state(signal);
	}

	async seekGeneration(request: SeekRequest, signal?: AbortSignal): Promise<GenerationState> {
		const { generation } = this.#get(request.id);
		await generation.seek(request);
		return generation.state(signal);
	}

	async setSampling(
		{ id, sampling, seed }: SetSamplingRequest,
		signal?: AbortSignal
	): Promise<GenerationState> {
		const { generation } = this.#get(id);
		await generation.session.setSampling(sampling, seed);
		return generation.state(signal);
	}

	async setEdits({ id, edits }: SetEditsRequest, signal?: AbortSignal): Promise<GenerationState> {
		const { generation } = this.#get(id);
		await generation.session.setEdits(edits);
		return generation.state(signal);
	}

	async readStep(request: ReadStepRequest, signal?: AbortSignal): Promise<StepReading> {
		return this.#get(request.id).generation.read(request, signal);
	}

	/** All tokens so far as the input of a run, and what the generation started from. */
	traceInput(id: number): { readonly input: RunInput; readonly start: Start } {
		const { generation, start } = this.#get(id);
		const { sequence } = generation.session;
		const input = {
			...generation.input,
			inputIds: sequence.ids.map((row) => [...row]),
			tokenTypeIds: [generation.tokenTypeIds()],
			edits: inPassing(sequence.edits, sequence.promptLength, sequence.length)
		};
		return { input, start };
	}

	async endGeneration(id: number): Promise<void> {
		this.#held.get(id)?.generation.dispose();
		this.#held.delete(id);
	}

	dispose(): void {
		for (const { generation } of this.#held.values()) generation.dispose();
		this.#held.clear();
	}

	#get(id: number) {
		const held = this.#held.get(id);
		if (held !== undefined) return held;
		throw new Error(`generation ${id} has ended; start another one`);
	}
}
