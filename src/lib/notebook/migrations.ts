type Content = Readonly<Record<string, unknown>>;

/**
 * Brings a document from one version to the next. A migration gets unchecked data: it changes what
 * it knows and leaves alone what it does not, for the schema to refuse.
 */
export type Migration = (content: Content) => Content;

/** `migrations[n]` leads from version n + 1 to n + 2. */
const migrations: readonly Migration[] = [];

/** The version that is written. */
export const currentVersion = migrations.length + 1;

/** @param steps for tests: other migrations than this program's */
export function migrate(
	content: Content,
	version: number,
	steps: readonly Migration[] = migrations
): Content {
	return steps.slice(version - 1).reduce((result, step) => step(result), content);
}
