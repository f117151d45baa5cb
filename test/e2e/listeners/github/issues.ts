/** The sample app's own listener. */
export { default } from '../../../../listeners/github/issues.ts';
