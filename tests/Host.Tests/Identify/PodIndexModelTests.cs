using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static ImdsProxy.Host.Tests.Identify.IndexedPods;

namespace ImdsProxy.Host.Tests.Identify;

public sealed class PodIndexModelTests
{
    private static readonly string[] Addresses = [.. Enumerable.Range(1, 6).Select(static i => $"10.0.0.{i}"), "fd00::1"];

    // Few UIDs and few addresses, so that they collide.
    private static readonly Gen<Step> Steps =
        from kind in Gen.Frequency((8, Gen.Constant('u')), (3, Gen.Constant('d')), (1, Gen.Constant('r')))
        from uid in Gen.Choose(1, 9)
        from address in Gen.Choose(0, Addresses.Length)
        from traits in Gen.Choose(0, 15)
        select new Step(kind, $"u{uid}", address == Addresses.Length ? null : Addresses[address], traits);

    [Fact]
    public void AnySequence_EveryLookup_MatchesTheModel() =>
        Prop.ForAll(Steps.ListOf().ToArbitrary(), steps =>
        {
            var (index, model) = (Index(), new PodIndexModel());
            var version = 10;
            foreach (var step in steps)
            {
                Apply(step, index, model, ++version);
                foreach (var address in Addresses)
                {
                    if (index.Who(address) != model.Who(address))
                    {
                        return false;
                    }
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(200));

    /// <summary>With 250 pods, 50 pods per second end and start for 60 s. Addresses are reused at once.</summary>
    [Fact]
    public void Churn_Of50PodsPerSecond_EveryLookupIsRight()
    {
        var (index, model, random) = (Index(), new PodIndexModel(), new Random(5));
        var addresses = Enumerable.Range(0, 260).Select(static i => $"10.1.{i / 250}.{i % 250}").ToArray();
        var living = new List<string>();
        var version = 10;
        for (var i = 0; i < 250; i++)
        {
            Start(addresses[i]);
        }

        var held = living.ToDictionary(static uid => uid, static _ => true, StringComparer.Ordinal);
        for (var i = 0; i < 50 * 60; i++)
        {
            var uid = living[random.Next(living.Count)];
            var pod = model.Pods.Single(known => known.Identity.Uid == uid);
            var address = pod.Addresses[0].ToString();
            End(pod.Identity.Uid, address, random.Next(4));
            Start(random.Next(2) == 0 ? address : addresses[random.Next(addresses.Length)]);
            Check(address);
            if (i % 50 == 0)
            {
                Array.ForEach(addresses, Check);
            }
        }

        held.Count.ShouldBe(250);
        return;

        void Check(string address) => index.Who(address).ShouldBe(model.Who(address));

        void Start(string address)
        {
            var uid = $"u{++version}";
            living.Add(uid);
            Tell(uid, null, finished: false, deleting: false);
            Tell(uid, address, finished: false, deleting: false);
        }

        void End(string uid, string address, int how)
        {
            living.Remove(uid);
            Tell(uid, address, finished: how == 1, deleting: how > 1);
            if (how != 3)
            {
                index.Delete(uid);
                model.Remove(uid);
            }
        }

        void Tell(string uid, string? address, bool finished, bool deleting)
        {
            var pod = Pod(uid, address, ++version, finished: finished, deleting: deleting);
            index.Upsert(pod);
            model.Put(pod);
        }
    }

    private static void Apply(Step step, ImdsProxy.Identify.PodIndex index, PodIndexModel model, int version)
    {
        switch (step.Kind)
        {
            case 'u':
                var pod = Pod(step.Uid, step.Address, version, (step.Traits & 7) == 7, (step.Traits & 9) == 9, (step.Traits & 2) == 2);
                index.Upsert(pod);
                model.Put(pod);
                break;
            case 'd':
                index.Delete(step.Uid);
                model.Remove(step.Uid);
                break;
            default:
                // A relist after a missed delete.
                model.Remove(step.Uid);
                index.Replace(model.Pods, $"{version}");
                break;
        }
    }

    private sealed record Step(char Kind, string Uid, string? Address, int Traits);
}
