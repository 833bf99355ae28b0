import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { ViewName } from '../views/viewLink.js';

/** Which picture of the inspection page is open, and how it is set; all of it fits into a link. */
export class InspectState {
	#view = $state<ViewName>('window');
	readonly #settings = new SvelteMap<string, string>();

	get view(): ViewName {
		return this.#view;
	}

	open(view: ViewName): void {
		this.#view = view;
	}

	/** Whether the page's address reopens what is shown. */
	get isAddressed(): boolean {
		return true;
	}

	/** Settings that are not as at first. */
	get settings(): Readonly<Record<string, string>> {
		return Object.fromEntries(this.#settings);
	}

	/** The value of a setting, one of `values`; the first when it was not set, or to nonsense. */
	choice<T extends string>(name: string, values: readonly T[]): T {
		const value = this.#settings.get(name);
		return values.find((candidate) => candidate === value) ?? values[0];
	}

	/** A whole number or fraction within limits. */
	number(name: string, initial: number, least: number, most: number): number {
		const text = this.#settings.get(name);
		const value = text === undefined ? NaN : Number(text);
		return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : initial;
	}

	/** A setting of any text; empty when it was not set. */
	text(name: string): string {
		return this.#settings.get(name) ?? '';
	}

	/** Null puts a setting back as it was at first. */
	set(name: string, value: string | null): void {
		if (value === null) this.#settings.delete(name);
		else this.#settings.set(name, value);
	}

	restore(settings: Readonly<Record<string, string>>): void {
		this.#settings.clear();
		for (const [name, value] of Object.entries(settings)) this.#settings.set(name, value);
	}
}

export const [getInspectState, setInspectState] = createContext<InspectState>();
