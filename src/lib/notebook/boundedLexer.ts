import { Lexer, type Token, type TokensList } from 'marked';
import { NotebookError } from './notebookError.js';

/** Quotes and lists within each other. */
const maxDepth = 24;

/** Marks of one paragraph that may begin something; pairing them takes time that grows with their square. */
const maxDelimiters = 1000;

/** Marked's lexer with bounds on what it spends on a text that was made to stall it. */
export class BoundedLexer extends Lexer {
	#depth = 0;

	override blockTokens(src: string, tokens?: Token[], clipped?: boolean): Token[];
	override blockTokens(src: string, tokens?: TokensList, clipped?: boolean): TokensList;
	override blockTokens(src: string, tokens?: Token[], clipped?: boolean): Token[] {
		return this.#deeper(() => super.blockTokens(src, tokens, clipped));
	}

	override inlineTokens(src: string, tokens: Token[] = []): Token[] {
		if ((src.match(/[*_~[\]`<$]/g)?.length ?? 0) > maxDelimiters) {
			tokens.push({ type: 'text', raw: src, text: src });
			return tokens;
		}
		return this.#deeper(() => super.inlineTokens(src, tokens));
	}

	#deeper<T>(job: () => T): T {
		if (this.#depth >= maxDepth) {
			throw new NotebookError(`quotes, lists or emphasis are nested more than ${maxDepth} deep`);
		}
		this.#depth++;
		try {
			return job();
		} finally {
			this.#depth--;
		}
	}
}
