import { markdown } from '@codemirror/lang-markdown';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { defaultKeymap } from '@codemirror/commands';
import { drawSelection, EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export interface ProseEditorOptions {
	readonly text: string;
	/** Accessible name. */
	readonly label: string;
	/** Where typing begins. */
	readonly caret: number;
	readonly oninput: (text: string) => void;
}

/** An editor of Markdown in an element. Steps back and forward are the document's, not its own. */
export interface ProseEditorHandle {
	/** Shows a text that was changed elsewhere; the caret stays where it can. */
	show(text: string): void;
	focus(): void;
	/** Puts in a text at a point of the window, or in place of what is selected. */
	insert(text: string, point: { readonly x: number; readonly y: number } | null): void;
	destroy(): void;
}

/** Marks stay marks: colour carries no meaning here. */
const style = HighlightStyle.define([
	{ tag: tags.heading, fontWeight: '600' },
	{ tag: tags.emphasis, fontStyle: 'italic' },
	{ tag: tags.strong, fontWeight: '600' },
	{ tag: tags.monospace, fontFamily: 'var(--mono)' },
	{ tag: tags.link, color: 'var(--accent)' },
	{ tag: tags.url, color: 'var(--soft)' },
	{ tag: tags.processingInstruction, color: 'var(--soft)' }
]);

const theme = EditorView.theme({
	'&': { fontSize: '14px' },
	'&.cm-focused': { outline: 'none' },
	'.cm-content': { padding: '8px 0', fontFamily: 'inherit', caretColor: 'var(--ink)' },
	'.cm-line': { padding: '0 12px' },
	'.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
	'.cm-cursor': { borderLeftColor: 'var(--ink)' },
	'&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
		{ background: 'color-mix(in srgb, var(--accent) 24%, transparent)' }
});

export function createProseEditor(
	parent: HTMLElement,
	{ text, label, caret, oninput }: ProseEditorOptions
): ProseEditorHandle {
	let isShowing = false;
	const view = new EditorView({
		parent,
		state: EditorState.create({
			doc: text,
			selection: { anchor: Math.min(caret, text.length) },
			extensions: [
				drawSelection(),
				markdown(),
				syntaxHighlighting(style),
				keymap.of(defaultKeymap),
				theme,
				EditorView.lineWrapping,
				EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'true' }),
				EditorView.updateListener.of(({ docChanged, state }) => {
					if (docChanged && !isShowing) oninput(state.doc.toString());
				})
			]
		})
	});
	return {
		show(next) {
			const old = view.state.doc.toString();
			if (next === old) return;
			isShowing = true;
			view.dispatch({ changes: difference(old, next) });
			isShowing = false;
		},
		focus: () => view.focus(),
		insert(text, point) {
			const place = point && view.posAtCoords(point);
			if (place !== null) view.dispatch({ selection: { anchor: place } });
			view.dispatch(view.state.replaceSelection(text));
		},
		destroy: () => view.destroy()
	};
}

/** The one stretch in which two texts differ. */
function difference(old: string, next: string) {
	const most = Math.min(old.length, next.length);
	let from = 0;
	while (from < most && old[from] === next[from]) from++;
	let end = 0;
	while (end < most - from && old.at(-1 - end) === next.at(-1 - end)) end++;
	return { from, to: old.length - end, insert: next.slice(from, next.length - end) };
}
