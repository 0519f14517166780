// Builds what the package holds: the bundles, then the constructs for the languages of jsii. Run by npm before it packs.
import './bundle.mjs';
import { compileConstructs } from './compile-constructs.mjs';

process.exitCode = compileConstructs();
