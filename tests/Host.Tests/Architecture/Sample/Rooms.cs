// Sample rooms that break the rules in every way that the checker must detect.
#pragma warning disable IDE0051, IDE0052, IDE0060, CA1822, CS0169, CS0649, CA1823, CA1801, RCS1213, RCS1194, RCS1102

namespace ImdsProxy.Host.Tests.Architecture.Sample.Beside
{
    internal class Thing
    {
        public static readonly int Field = int.Parse("1", System.Globalization.CultureInfo.InvariantCulture);

        public static int Make() => 1;

        internal sealed class Inner;
    }

    internal interface IThing;

    internal sealed class ThingException : Exception;

    [AttributeUsage(AttributeTargets.All)]
    internal sealed class ThingAttribute : Attribute;
}

namespace ImdsProxy.Host.Tests.Architecture.Sample.Leaf
{
    internal sealed class Small
    {
        public static int Make() => 1;
    }

    internal sealed class GoesUp
    {
        private Beside.Thing? _field;
    }
}

namespace ImdsProxy.Host.Tests.Architecture.Sample.Room
{
    internal sealed class Base : Beside.Thing;

    internal sealed class Implements : Beside.IThing;

    internal sealed class Holds
    {
        private Beside.Thing? _field;
    }

    internal sealed class HoldsMany
    {
        private Dictionary<string, Beside.Thing[]>? _field;
    }

    internal sealed class Takes
    {
        public void Method(Beside.Thing? thing)
        {
        }
    }

    internal sealed class Calls
    {
        public int Method() => ImdsProxy.Host.Tests.Architecture.Sample.Beside.Thing.Make();
    }

    internal sealed class Reads
    {
        public int Method() => Beside.Thing.Field;
    }

    internal sealed class Names
    {
        public string Method() => typeof(Beside.Thing.Inner).Name;
    }

    internal sealed class CallsInALambda
    {
        public Func<int> Method() => () => Beside.Thing.Make();
    }

    internal sealed class CallsLater
    {
        public async Task<int> Method()
        {
            await Task.Yield();
            return Beside.Thing.Make();
        }
    }

    internal sealed class Catches
    {
        public int Method()
        {
            try
            {
                return int.Parse("1", System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (Beside.ThingException)
            {
                return 0;
            }
        }
    }

    internal sealed class Constrains<T>
        where T : Beside.IThing;

    internal sealed class PassesOn
    {
        public object? Method() => Enumerable.Empty<Beside.Thing>();
    }

    [Beside.Thing]
    internal sealed class IsMarked;

    internal sealed class Knows
    {
        public int Method() => Leaf.Small.Make();
    }

    internal sealed class CallsUp
    {
        public int Method() => Composition.All.Make();
    }
}

namespace ImdsProxy.Host.Tests.Architecture.Sample.Composition
{
    internal sealed class All
    {
        public static int Make() => Beside.Thing.Make() + Leaf.Small.Make();
    }
}

namespace ImdsProxy.Host.Tests.Architecture.Sample.Circle
{
    internal sealed class GoesDown
    {
        public int Method() => Below.Deep.Make();
    }

    internal sealed class Shallow
    {
        public static int Make() => Leaf.Small.Make();
    }
}

namespace ImdsProxy.Host.Tests.Architecture.Sample.Circle.Below
{
    internal sealed class Deep
    {
        public static int Make() => 1;
    }

    internal sealed class ComesBack
    {
        public int Method() => Shallow.Make();
    }
}
