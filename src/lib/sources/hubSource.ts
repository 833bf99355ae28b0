import { SourceError, type Source } from './source.js';
import { failedStatus, unreachable } from './response.js';
import { withRetries, type RetryPolicy } from './retry.js';
import { headByteLength, urlSource } from './urlSource.js';

export interface HubOptions extends Partial<RetryPolicy> {
	/** Branch, tag or commit. */
	readonly revision?: string;
	/** The reader's own access token (`hf_…`), for gated repositories. Kept in memory only. */
	readonly token?: string;
	/** Another server that speaks the Hub's language, such as a mirror. */
	readonly endpoint?: string;
	readonly fetch?: typeof globalThis.fetch;
}

/** What the Hub says of a file. */
export interface HubFile {
	readonly size: number | null;
	/** Hexadecimal; of large files only. */
	readonly sha256: string | null;
}

/** What the Hub says of a repository at a revision. */
export interface HubInfo {
	/** The commit that the revision stood for when it was asked; null if the server does not tell. */
	readonly commit: string | null;
	/** By path; null if the server does not list them. */
	readonly files: ReadonlyMap<string, HubFile> | null;
}

export interface HubSource extends Source {
	readonly repository: string;
	readonly revision: string;
	/** Where the licence is read and accepted. */
	readonly page: string;
	/**
	 * Commit and files of the revision, asked for once. All reads are of that commit.
	 *
	 * @throws SourceError
	 */
	info(signal?: AbortSignal): Promise<HubInfo>;
}

/**
 * A repository of the Hugging Face Hub, or of a mirror. The first read asks which commit the
 * revision stands for, so that all files are of one state; nothing is asked before. A lost
 * connection goes on where it broke off.
 *
 * @param repository such as `google/gemma-3-270m-it`
 * @throws SourceError if the repository's or the revision's name is none
 */
export function hubSource(
	repository: string,
	{
		revision = 'main',
		token,
		endpoint = 'https://huggingface.co',
		// A page's own fetch refuses to be called as a method of anything else.
		fetch = (target, init) => globalThis.fetch(target, init),
		...policy
	}: HubOptions = {}
): HubSource {
	if (!/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(repository) || repository.includes('..')) {
		throw new SourceError(
			`${JSON.stringify(repository)} is no repository of the Hub; it is written owner/name, such as google/gemma-3-270m-it`
		);
	}
	if (!/^[\w.][\w./-]*$/.test(revision) || revision.includes('..')) {
		throw new SourceError(
			`${JSON.stringify(revision)} is no revision; give a branch, a tag or a commit`
		);
	}
	const base = endpoint.replace(/\/+$/, '');
	const page = `${base}/${repository}`;
	const options = {
		retries: 5,
		...policy,
		fetch: withToken(fetch, base, token),
		maybeRemedy: (status: number) => remedy(status, page, token !== undefined)
	};
	let asked: Promise<HubInfo> | undefined;
	let opened: { readonly info: HubInfo; readonly source: Source } | undefined;

	async function ask(signal?: AbortSignal): Promise<HubInfo> {
		const path = `api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
		const target = new URL(`${base}/${path}`);
		let response: Response;
		try {
			response = await options.fetch(target, { signal: signal ?? null });
		} catch (cause) {
			signal?.throwIfAborted();
			throw unreachable(target, cause);
		}
		const code = response.headers.get('X-Error-Code');
		if (response.status === 404 && code === null) {
			// A mirror that has the files, but no list of them.
			await response.body?.cancel();
			return { commit: null, files: null };
		}
		if (response.status === 200) return parseInfo(await response.text(), repository);
		await response.body?.cancel();
		if (code === 'RevisionNotFound') {
			throw new SourceError(
				`${repository} has no revision ${revision}; choose a branch, tag or commit that ${page} shows`
			);
		}
		throw failedStatus(target, response, options.maybeRemedy(response.status));
	}

	async function open(signal?: AbortSignal) {
		if (opened !== undefined) return opened;
		// A failure is forgotten, so that a retry asks again.
		asked ??= withRetries(options, () => ask(signal), signal).catch((error: unknown) => {
			asked = undefined;
			throw error;
		});
		const info = await asked;
		const at = encodeURIComponent(info.commit ?? revision);
		const source = urlSource(`${page}/resolve/${at}/`, { ...options, name: repository });
		return (opened ??= { info, source });
	}

	return {
		name: repository,
		repository,
		revision,
		page,
		info: async (signal) => (await open(signal)).info,
		async maybeText(path, signal) {
			const { info, source } = await open(signal);
			if (info.files?.has(path) === false) return null;
			const text = await source.maybeText(path, signal);
			if (text === null && info.files?.has(path)) {
				throw new SourceError(
					`${page} lists ${path} but does not have it; try again, or choose another revision`
				);
			}
			checkLength(`${page}: ${path}`, text, info.files?.get(path)?.size);
			return text;
		},
		async maybeSize(path, signal) {
			const { info, source } = await open(signal);
			if (info.files?.has(path) === false) return null;
			return info.files?.get(path)?.size ?? source.maybeSize(path, signal);
		},
		async bytes(path, start, end, signal, onReceived) {
			const { source } = await open(signal);
			// The header of a file comes in one request with what its size is asked by.
			if (end <= headByteLength) await source.maybeSize(path, signal);
			return source.bytes(path, start, end, signal, onReceived);
		}
	};
}

/** @throws SourceError if a text is not as long as the list of files says */
function checkLength(where: string, text: string | null, size: number | null | undefined): void {
	if (text === null || size == null) return;
	const came = new TextEncoder().encode(text).byteLength;
	// A byte order mark is no part of the text.
	if (came === size || came + 3 === size) return;
	throw new SourceError(
		`${where}: only ${came} bytes came where ${size} were asked for; try again`,
		{
			isPassing: true
		}
	);
}

/** Sends the token to the Hub itself, never to the store that it redirects to. */
function withToken(
	fetch: typeof globalThis.fetch,
	base: string,
	token: string | undefined
): typeof globalThis.fetch {
	if (token === undefined) return fetch;
	const { origin } = new URL(base);
	return (target, init) => {
		const isHub = new URL(target instanceof Request ? target.url : target).origin === origin;
		const headers = new Headers(init?.headers);
		if (isHub) headers.set('Authorization', `Bearer ${token}`);
		return fetch(target, { ...init, headers });
	};
}

function remedy(status: number, page: string, hasToken: boolean): string | null {
	if (status === 401) {
		return hasToken
			? `the access token is not accepted, or ${page} does not exist: check both`
			: `it is gated, or does not exist: check its name, accept the licence at ${page}, and give your own access token (hf_…)`;
	}
	if (status === 403) {
		return `your account has no access: accept the licence at ${page} with the account of the token, and let the token read gated repositories`;
	}
	if (status === 404) return `check the name of the repository and of the revision at ${page}`;
	return null;
}

/** @throws SourceError if the answer is not the Hub's */
function parseInfo(text: string, repository: string): HubInfo {
	let json: { sha?: unknown; siblings?: unknown };
	try {
		json = JSON.parse(text) as typeof json;
	} catch (cause) {
		throw new SourceError(
			`the server's list of ${repository} is no JSON; check the address of the endpoint`,
			{ cause }
		);
	}
	const commit = typeof json.sha === 'string' && /^[0-9a-f]{40}$/.test(json.sha) ? json.sha : null;
	if (!Array.isArray(json.siblings)) return { commit, files: null };
	const files = new Map<string, HubFile>();
	for (const sibling of json.siblings as Sibling[]) {
		if (typeof sibling?.rfilename !== 'string') continue;
		const size = Number.isSafeInteger(sibling.size) ? (sibling.size as number) : null;
		const hash = sibling.lfs?.sha256;
		const sha256 = typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) ? hash : null;
		files.set(sibling.rfilename, { size, sha256 });
	}
	return { commit, files };
}

interface Sibling {
	readonly rfilename?: unknown;
	readonly size?: unknown;
	readonly lfs?: { readonly sha256?: unknown };
}
