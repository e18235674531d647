using System.Collections.Frozen;

namespace ImdsProxy.Core.Redaction;

/// <summary>The fields that IMDS is known to have, from the schema in Microsoft's documentation of the Instance Metadata Service.</summary>
internal static class InstanceFields
{
    private const string DataDisk = "compute.storageProfile.dataDisks.*";
    private const string OsDisk = "compute.storageProfile.osDisk";
    private const string Interface = "network.interface.*";

    private static readonly string[] Leaves =
    [
        .. Of("compute", "azEnvironment customData evictionPolicy isHostCompatibilityLayerVm isVmInStandbyPool licenseType location name offer osType physicalZone placementGroupId"
            + " platformFaultDomain platformSubFaultDomain platformUpdateDomain priority provider publisher resourceGroupName resourceId sku subscriptionId tags userData"
            + " version vmId vmScaleSetName vmSize zone"),
        "compute.additionalCapabilities.hibernationEnabled",
        "compute.extendedLocation.name",
        "compute.extendedLocation.type",
        "compute.host.id",
        "compute.hostGroup.id",
        .. Of("compute.osProfile", "adminUsername computerName disablePasswordAuthentication"),
        .. Of("compute.plan", "name product publisher"),
        .. Of("compute.publicKeys.*", "keyData path"),
        .. Of("compute.securityProfile", "encryptionAtHost secureBootEnabled securityType virtualTpmEnabled"),
        .. Of("compute.storageProfile.imageReference", "communityGalleryImageId exactVersion id offer publisher sharedGalleryImageId sku version"),
        .. Of(DataDisk, "bytesPerSecondThrottle caching createOption diskCapacityBytes diskSizeGB isSharedDisk isUltraDisk lun name opsPerSecondThrottle writeAcceleratorEnabled"),
        .. Of(DataDisk + ".managedDisk", "id storageAccountType"),
        DataDisk + ".image.uri",
        DataDisk + ".vhd.uri",
        .. Of(OsDisk, "caching createOption diskSizeGB name osType writeAcceleratorEnabled"),
        .. Of(OsDisk + ".managedDisk", "id storageAccountType"),
        OsDisk + ".diffDiskSettings.option",
        OsDisk + ".encryptionSettings.enabled",
        .. Of(OsDisk + ".encryptionSettings.diskEncryptionKey", "secretUrl sourceVault.id"),
        .. Of(OsDisk + ".encryptionSettings.keyEncryptionKey", "keyUrl sourceVault.id"),
        OsDisk + ".image.uri",
        OsDisk + ".vhd.uri",
        "compute.storageProfile.resourceDisk.size",
        .. Of("compute.tagsList.*", "name value"),
        "compute.virtualMachineScaleSet.id",
        Interface + ".macAddress",
        .. Of(Interface + ".ipv4.ipAddress.*", "privateIpAddress publicIpAddress"),
        .. Of(Interface + ".ipv4.subnet.*", "address prefix"),
        .. Of(Interface + ".ipv6.ipAddress.*", "privateIpAddress"),
    ];

    private static readonly FrozenSet<string> Containers = Leaves.SelectMany(Prefixes).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    private static readonly FrozenSet<string> All = Leaves.Concat(Containers).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>All fields, including those that contain other fields.</summary>
    public static IEnumerable<string> Names => All;

    /// <summary>Whether IMDS is known to have this field.</summary>
    public static bool Has(string path) => All.Contains(path);

    /// <summary>Whether a position is known to contain fields. In text format, such a position is a list of names, not a value.</summary>
    public static bool HasFields(ReadOnlySpan<string> steps) => steps.IsEmpty || Containers.Contains(string.Join('.', steps!));

    private static IEnumerable<string> Of(string parent, string names) => names.Split(' ').Select(name => $"{parent}.{name}");

    // The part of the path before each dot.
    private static IEnumerable<string> Prefixes(string path) =>
        Enumerable.Range(0, path.Length).Where(at => path[at] == '.').Select(dot => path[..dot]);
}
