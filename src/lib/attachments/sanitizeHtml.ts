import createDOMPurify, { type DOMPurify } from 'dompurify';

let maybePurify: DOMPurify | undefined;

const safeAddress =
	/^(?:https?:\/\/|mailto:|#|blob:|data:image\/(?:png|jpeg|webp|gif|bmp|avif);base64,)/i;

/**
 * What a value of an attribute may be before the hook looks at addresses: DOMPurify's own rule, and
 * `blob:`, under which the document's pictures are shown.
 */
const safeValue = /^(?:(?:https?|mailto|blob):|[^a-z]|[a-z+.-]+(?:[^a-z+.:-]|$))/i;

/**
 * HTML from Markdown as nodes, once more rid of all that could run, load or move something. What
 * `renderMarkdown` makes passes unchanged.
 */
export function sanitizeHtml(html: string): DocumentFragment {
	maybePurify ??= createPurify();
	return maybePurify.sanitize(html, {
		RETURN_DOM_FRAGMENT: true,
		USE_PROFILES: { html: true, mathMl: true },
		ADD_TAGS: ['semantics', 'annotation'],
		ADD_ATTR: ['target', 'encoding'],
		FORBID_TAGS: [
			...['style', 'form', 'button', 'textarea', 'select'],
			...['video', 'audio', 'source', 'track', 'picture', 'dialog']
		],
		FORBID_ATTR: ['style', 'srcset', 'id', 'name', 'background', 'action', 'poster'],
		ALLOWED_URI_REGEXP: safeValue,
		ALLOW_DATA_ATTR: false
	});
}

/** An instance of our own, so that its hook touches nobody else's. */
function createPurify(): DOMPurify {
	const purify = createDOMPurify(window);
	purify.addHook('uponSanitizeAttribute', (_element, attribute) => {
		const { attrName, attrValue } = attribute;
		const isAddress = /^(?:href|src|xlink:href|cite|longdesc|usemap)$/i.test(attrName);
		if (isAddress && !safeAddress.test(attrValue)) attribute.keepAttr = false;
	});
	return purify;
}
