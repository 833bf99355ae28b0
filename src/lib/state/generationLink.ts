import type {
	GenerationState as WorkerState,
	OnGenerationStep,
	StepRequest
} from '../rpc/generationServices.js';
import type { InferenceService } from '../rpc/services.js';
import { isSameEdits } from '../views/editGroups.js';
import type { Settings, TakenStep } from './generationHistory.js';

/** Where a run ends. */
export type StepOptions = Pick<StepRequest, 'ignoreStop' | 'stopping'>;

/** Where the worker is to be. */
export interface LinkTarget {
	/** Node of the newest token. */
	readonly node: number | null;
	readonly steps: readonly TakenStep[];
	readonly settings: Settings;
}

/** A generation in the worker, which is brought to wherever the reader is. */
export class GenerationLink {
	/** What the worker last said; null when a call failed and nobody knows. */
	#state: WorkerState | null;
	/** The newest token that the worker has, as a node of the tree. */
	node: number | null = null;

	constructor(
		readonly service: InferenceService,
		/** Which prompt it continues. */
		readonly key: string,
		first: WorkerState
	) {
		this.#state = first;
		this.id = first.id;
	}

	readonly id: number;

	/** Brings the worker to the target; what it has of it is kept. */
	async sync({ node, steps, settings }: LinkTarget, signal?: AbortSignal): Promise<WorkerState> {
		const { service, id } = this;
		if (!this.#state || !isSameEdits(this.#state.masks.edits, settings.edits)) {
			await this.#ask(() => service.setEdits({ id, edits: settings.edits }, signal));
		}
		const randomState = settings.randomState ?? (await this.#drawAgain(steps, signal));
		const state = this.#state!;
		const isThere =
			state.steps.length === steps.length &&
			steps.every(({ record }, i) => record.token.id === state.steps[i].token.id) &&
			randomState.join() === state.randomState.join();
		if (!isThere) {
			const records = steps.map(({ record }) => record);
			const tokenIds = records.map(({ token }) => token.id);
			await this.#ask(() =>
				service.seekGeneration({ id, tokenIds, steps: records, randomState }, signal)
			);
		}
		if (JSON.stringify(this.#state!.sampling) !== JSON.stringify(settings.sampling)) {
			await this.#ask(() => service.setSampling({ id, sampling: settings.sampling }, signal));
		}
		this.node = node;
		return this.#state!;
	}

	step(
		count: number,
		options: StepOptions,
		onStep: OnGenerationStep,
		signal?: AbortSignal
	): Promise<WorkerState> {
		const { service, id } = this;
		return this.#ask(() => service.stepGeneration({ id, count, ...options }, onStep, signal));
	}

	force(
		tokens: { tokenIds: readonly number[] } | { text: string },
		onStep: OnGenerationStep,
		signal?: AbortSignal
	): Promise<WorkerState> {
		const { service, id } = this;
		return this.#ask(() => service.forceTokens({ id, ...tokens }, onStep, signal));
	}

	reseed(seed: number, signal?: AbortSignal): Promise<WorkerState> {
		const { service, id } = this;
		return this.#ask(() => service.setSampling({ id, sampling: {}, seed }, signal));
	}

	/** Frees it in the worker; with a worker that is gone there is nothing to free. */
	end(): void {
		this.service.endGeneration(this.id).catch(() => {});
	}

	/** The random state behind the last step: only a token that was drawn has moved it. */
	async #drawAgain(steps: readonly TakenStep[], signal?: AbortSignal) {
		const last = steps.at(-1)?.record;
		if (!last) return this.#state!.randomState;
		const sampling = last.distribution?.sampling;
		if (last.forced || !sampling?.doSample) return last.randomState;
		const { service, id } = this;
		const records = steps.slice(0, -1).map(({ record }) => record);
		const tokenIds = records.map(({ token }) => token.id);
		const { randomState } = last;
		await this.#ask(() => service.setSampling({ id, sampling }, signal));
		await this.#ask(() =>
			service.seekGeneration({ id, tokenIds, steps: records, randomState }, signal)
		);
		const state = await this.step(1, { ignoreStop: true }, () => {}, signal);
		return state.randomState;
	}

	async #ask(call: () => Promise<WorkerState>): Promise<WorkerState> {
		this.#state = null;
		return (this.#state = await call());
	}
}
