import { emptyHistory, type GenerationHistory } from './generationHistory.js';

/** What was generated from each prompt of this visit. */
export class GenerationHistories {
	#all = $state.raw<Readonly<Record<string, GenerationHistory>>>({});

	of(key: string | null): GenerationHistory {
		return (key !== null && this.#all[key]) || emptyHistory;
	}

	change(key: string | null, change: (history: GenerationHistory) => GenerationHistory): void {
		if (key === null) return;
		const history = this.of(key);
		const changed = change(history);
		if (changed !== history) this.#all = { ...this.#all, [key]: changed };
	}
}
