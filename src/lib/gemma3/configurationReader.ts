import { UnsupportedModelError } from './errors.js';

/** Larger sizes are typing errors or attacks: no array could be allocated for them. */
const maxSize = 2 ** 31 - 1;

/** Reads the fields of one JSON object, with defaults, and refuses by path whatever does not fit. */
export class ConfigurationReader {
	readonly #fields: Readonly<Record<string, unknown>>;

	/** @throws UnsupportedModelError if `json` is no object */
	constructor(
		json: unknown,
		readonly path: string
	) {
		if (typeof json !== 'object' || json === null || Array.isArray(json)) {
			refuse(path, json, 'a JSON object');
		}
		this.#fields = json as Record<string, unknown>;
	}

	/** The raw value; undefined where the file leaves the field out. */
	get(name: string): unknown {
		return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
	}

	/** Whether the field is there and is not null. */
	has(name: string): boolean {
		return this.get(name) !== undefined && this.get(name) !== null;
	}

	/** The first of several spellings that the file uses; the first spelling if it uses none. */
	spelling(...names: readonly string[]): string {
		return names.find((name) => this.has(name)) ?? names[0];
	}

	size(name: string, defaultValue: number, maximum = maxSize): number {
		const value = this.get(name) === undefined ? defaultValue : this.get(name);
		if (!isInteger(value, 1, maximum)) {
			this.refuse(name, `a whole number from 1 to ${maximum}`);
		}
		return value;
	}

	/** Null counts as missing: the reference allows a token id to be unset. */
	tokenId(name: string, defaultValue: number): number {
		const value = this.has(name) ? this.get(name) : defaultValue;
		if (!isInteger(value, 0, maxSize)) this.refuse(name, 'a token id');
		return value;
	}

	/** One id or a list of ids, as a list. */
	tokenIds(name: string, defaultValue: readonly number[]): readonly number[] {
		if (!this.has(name)) return defaultValue;
		const value = this.get(name);
		const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
		if (!ids.every((id) => isInteger(id, 0, maxSize))) {
			this.refuse(name, 'a token id or a list of token ids');
		}
		return ids as readonly number[];
	}

	/** A finite number above zero. */
	positive(name: string, defaultValue: number): number {
		const value = this.get(name) === undefined ? defaultValue : this.get(name);
		if (!isFinite(value) || value <= 0) this.refuse(name, 'a number above 0');
		return value;
	}

	/** A finite number, zero or more; null counts as missing. */
	nonNegative(name: string, defaultValue: number): number {
		const value = this.has(name) ? this.get(name) : defaultValue;
		if (!isFinite(value) || value < 0) this.refuse(name, 'a number that is 0 or more');
		return value;
	}

	/** Null counts as missing. */
	boolean(name: string, defaultValue: boolean): boolean {
		const value = this.has(name) ? this.get(name) : defaultValue;
		if (typeof value !== 'boolean') this.refuse(name, 'true or false');
		return value;
	}

	/** One of the given strings; null counts as missing. */
	oneOf<const T extends string>(name: string, choices: readonly T[], defaultValue: T): T {
		const value = this.has(name) ? this.get(name) : defaultValue;
		const choice = choices.find((candidate) => candidate === value);
		return choice ?? this.refuse(name, choices.map((text) => `"${text}"`).join(' or '));
	}

	/** A list of strings; empty where missing or null. */
	strings(name: string): readonly string[] {
		const value = this.has(name) ? this.get(name) : [];
		if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
			this.refuse(name, 'a list of strings');
		}
		return value;
	}

	/** The object inside a field; null where missing or null. */
	maybeObject(name: string): ConfigurationReader | null {
		return this.has(name) ? new ConfigurationReader(this.get(name), `${this.path}.${name}`) : null;
	}

	/** @throws UnsupportedModelError always */
	refuse(name: string, expected: string): never {
		return refuse(`${this.path}.${name}`, this.get(name), expected);
	}
}

function refuse(path: string, value: unknown, expected: string): never {
	const got = value === undefined ? 'nothing' : shorten(JSON.stringify(value));
	throw new UnsupportedModelError(`${path}: expected ${expected}, got ${got}`);
}

function shorten(text: string): string {
	return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function isInteger(value: unknown, minimum: number, maximum: number): value is number {
	return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
}

function isFinite(value: unknown): value is number {
	return Number.isFinite(value);
}
