/** Which calls the model makes. */
import { channel } from "@voxrpc/runtime";
import { commit, count, divide, echo, lookup, sum, wait } from "../support/golden-service.js";
import type { Random } from "../support/random.js";
import { type AnyFlow, Flow } from "./flow.js";
import type { Journal } from "./journal.js";
import type { CallPlan } from "./model-call.js";

/** What plans are made of. */
export interface PlanParts {
  readonly token: number;
  readonly random: Random;
  readonly journal: Journal;
  /** Items that the caller's side lets a sender be ahead, and the handler's side. */
  readonly callerCredit: number;
  readonly handlerCredit: number;
}

type MakePlan = (parts: PlanParts) => Omit<CallPlan, "timeoutMs">;

const numbers = (index: number): number => index;
const texts = (index: number): string => `item ${index} ${"-".repeat(index % 7)}`;

function plan<A extends readonly unknown[], T>(
  name: string,
  method: { readonly name: string } & object,
  args: A,
  ok: T,
  flows: readonly AnyFlow[] = [],
  error?: unknown,
): Omit<CallPlan, "timeoutMs"> {
  return { name, method: method as CallPlan["method"], args, ok, error, flows };
}

function bound<T>(flow: Flow<T>, end: Parameters<Flow<T>["bindCaller"]>[0]): AnyFlow {
  flow.bindCaller(end);
  return flow as unknown as AnyFlow;
}

const plans: readonly MakePlan[] = [
  ({ token, random }) => plan("wait", wait.method, [token], random.integer(0, 1000)),
  ({ token, random }) => {
    const args = [BigInt(token), BigInt(random.integer(0, 9))] as const;
    const error = random.chance(0.9) ? { kind: "DivideByZero" } : undefined;
    return plan("divide", divide.method, args, BigInt(random.integer(-9, 9)), [], error);
  },
  ({ token, random }) => plan("commit", commit.method, [token], BigInt(random.integer(0, 1000))),
  ({ token, random }) =>
    plan("lookup", lookup.method, [`key ${token}`], random.chance(0.5) ? `value ${token}` : undefined),
  ({ token, journal, callerCredit }) => {
    const { tx, rx } = channel<number>();
    const flow = bound(new Flow("numbers", callerCredit, numbers, journal), rx);
    return plan("count", count.method, [token, 0, tx], undefined, [flow]);
  },
  ({ journal, handlerCredit, token }) => {
    const { tx, rx } = channel<number>();
    const flow = bound(new Flow("items", handlerCredit, numbers, journal), tx);
    return plan("sum", sum.method, [rx], BigInt(token), [flow]);
  },
  ({ journal, callerCredit, handlerCredit, token }) => {
    const [input, output] = [channel<string>(), channel<string>()];
    const flows = [
      bound(new Flow("input", handlerCredit, texts, journal), input.tx),
      bound(new Flow("output", callerCredit, texts, journal), output.rx),
    ];
    return plan("echo", echo.method, [input.rx, output.tx], token, flows);
  },
];

/** Some call: of any method, some with a timeout. */
export function anyPlan(parts: PlanParts): CallPlan {
  const { random } = parts;
  const timeoutMs = random.chance(0.15) ? random.integer(0, 200) : undefined;
  return { ...random.pick(plans)(parts), timeoutMs };
}
