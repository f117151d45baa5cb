/** For any web page: JSON routes of an Earshot server, live. */
export const version = 1;
