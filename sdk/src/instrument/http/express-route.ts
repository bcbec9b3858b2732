import type { IncomingMessage } from "node:http";

type Path = string | RegExp | readonly (string | RegExp)[];

/** What express 4 and 5 put on a request. Source: express, API reference. */
interface RoutedRequest {
  readonly route?: Route;
  readonly baseUrl?: string;
  readonly originalUrl?: string;
  readonly app?: App;
}

interface Route {
  readonly path: Path;
}

interface App {
  readonly mountpath?: Path;
  readonly parent?: App;
  /** Express 4; its `router` throws. */
  readonly _router?: Router;
  /** Express 5. */
  readonly router?: Router;
}

interface Router {
  readonly stack?: readonly Layer[];
}

/** One entry of a router: a route, or what is mounted with `use`. */
interface Layer {
  readonly route?: Route;
  readonly handle?: Router;
  match(path: string): boolean | Match;
  /** Of the last match, in express 4 and in express 5 before 5.3. */
  readonly path?: string;
  readonly params?: Match["params"];
}

interface Match {
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Since express 5.3. */
  readonly pattern?: string | RegExp;
}

const deepestMount = 20;
const mostTemplatesOfRoute = 100;

/** A route's templates by the concrete `baseUrl`: one, unless it is mounted more than once or under a parameter. */
const templates = new WeakMap<Route, Map<string, string>>();

/**
 * The template of the express route that a request was handled by, with the templates of what it is mounted under, e.g.
 * `/tenants/:tenant/devices/:id`. Express knows the mounts' templates nowhere: `baseUrl` holds the values. So the way from
 * the app to the route is looked up once and kept. `undefined` when no route matched.
 */
export function expressRoute(request: IncomingMessage): string | undefined {
  const { route, baseUrl = "" } = request as RoutedRequest;
  if (typeof route !== "object" || route === null || route.path === undefined) return undefined;
  const known = templates.get(route);
  return known?.get(baseUrl) ?? remember(route, baseUrl, known, mountOf(request, route));
}

function remember(
  route: Route,
  baseUrl: string,
  known = new Map<string, string>(),
  mount: string | undefined,
): string {
  const template = join(mount ?? baseUrl, textOf(route.path));
  // An error that left its router took the baseUrl with it: nothing then tells two mounts apart.
  const certain = mount !== undefined && (baseUrl !== "" || mount === "");
  if (certain && known.size < mostTemplatesOfRoute) templates.set(route, known.set(baseUrl, template));
  return template;
}

/** The template of all that the route is mounted under; `undefined` when the way to it cannot be found. */
function mountOf(request: RoutedRequest & IncomingMessage, route: Route): string | undefined {
  try {
    const { app } = request;
    const stack = (app?._router ?? app?.router)?.stack;
    if (!app || !stack) return undefined;
    const above = mountOfApp(app);
    const path = pathOf(request.originalUrl ?? request.url ?? "");
    const mount = search(stack, route, withoutSegments(path, segments(above)), 0);
    return mount === undefined ? undefined : above + mount;
  } catch {
    // A parameter that cannot be decoded, or an app that only looks like express.
    return undefined;
  }
}

/** Apps mounted in apps. */
function mountOfApp({ mountpath, parent }: App): string {
  return parent && mountpath !== undefined ? mountOfApp(parent) + trimmed(textOf(mountpath)) : "";
}

function search(stack: readonly Layer[], route: Route, path: string, depth: number): string | undefined {
  for (const layer of stack) {
    if (layer.route === route) return "";
    const inner = layer.handle?.stack;
    if (!inner || depth === deepestMount) continue;
    const match = matchOf(layer, path);
    if (!match) continue;
    const mount = search(inner, route, path.slice(trimmed(match.path).length), depth + 1);
    if (mount !== undefined) return templateOf(match) + mount;
  }
  return undefined;
}

function matchOf(layer: Layer, path: string): Match | undefined {
  const match = layer.match(path);
  if (typeof match === "object") return match;
  return match ? { path: layer.path ?? "", params: layer.params ?? {} } : undefined;
}

function templateOf({ path, params, pattern }: Match): string {
  if (typeof pattern === "string") return trimmed(pattern);
  const names = Object.keys(params);
  if (names.length === 0) return trimmed(path);
  return trimmed(path)
    .split("/")
    .map((segment) => {
      const value = decodeURIComponent(segment);
      const name = names.find((one) => params[one] === value);
      return name === undefined ? segment : `:${name}`;
    })
    .join("/");
}

const join = (mount: string, path: string) => (path === "/" && mount !== "" ? mount : mount + path);

const textOf = (path: Path): string => (Array.isArray(path) ? path.map(String).join(",") : String(path));

const trimmed = (path: string) => (path.endsWith("/") ? path.slice(0, -1) : path);

const pathOf = (url: string) => {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
};

const segments = (path: string) => path.split("/").length - 1;

const withoutSegments = (path: string, count: number) =>
  count === 0
    ? path
    : `/${path
        .split("/")
        .slice(count + 1)
        .join("/")}`;
