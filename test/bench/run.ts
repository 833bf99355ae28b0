/** Every benchmark that prints figures of the app itself: `npm run bench`. */
import { benchPage } from './page.js';
import { benchViews } from './views.js';

await benchPage();
await benchViews();
