namespace ImdsProxy.FakeImds;

/// <summary>The instance document of the fake AKS node, with the members of API version 2021-02-01.</summary>
internal static class InstanceTemplate
{
    /// <summary>
    /// Renders the document for a node with this kubelet identity. AKS writes the identity's client id into the node's
    /// tags.
    /// </summary>
    public static string Render(FakeIdentity kubelet) => $$"""
        {
          "compute": {
            "additionalCapabilities": { "hibernationEnabled": "false" },
            "azEnvironment": "AzurePublicCloud",
            "customData": "",
            "evictionPolicy": "",
            "extendedLocation": { "name": "", "type": "" },
            "host": { "id": "" },
            "hostGroup": { "id": "" },
            "isHostCompatibilityLayerVm": "false",
            "licenseType": "",
            "location": "westeurope",
            "name": "{{FakeVm.Name}}",
            "offer": "",
            "osProfile": {
              "adminUsername": "azureuser",
              "computerName": "aks-nodepool1-28617493-vmss000000",
              "disablePasswordAuthentication": "true"
            },
            "osType": "Linux",
            "placementGroupId": "b5d1c2a7-60d2-4b39-a8f5-5a3c0ef6b1d8",
            "plan": { "name": "", "product": "", "publisher": "" },
            "platformFaultDomain": "0",
            "platformSubFaultDomain": "",
            "platformUpdateDomain": "0",
            "priority": "",
            "provider": "Microsoft.Compute",
            "publicKeys": [ { "keyData": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDfake", "path": "/home/azureuser/.ssh/authorized_keys" } ],
            "publisher": "",
            "resourceGroupName": "{{FakeVm.ResourceGroup}}",
            "resourceId": "{{FakeVm.ResourceId}}",
            "securityProfile": { "encryptionAtHost": "false", "secureBootEnabled": "false", "securityType": "", "virtualTpmEnabled": "false" },
            "sku": "",
            "storageProfile": {
              "dataDisks": [],
              "imageReference": { "communityGalleryImageId": "", "exactVersion": "", "id": "", "offer": "", "publisher": "", "sharedGalleryImageId": "", "sku": "", "version": "" },
              "osDisk": {
                "caching": "ReadOnly", "createOption": "FromImage", "diffDiskSettings": { "option": "Local" }, "diskSizeGB": "128",
                "encryptionSettings": { "enabled": "false" }, "image": { "uri": "" }, "managedDisk": { "id": "", "storageAccountType": "" },
                "name": "", "osType": "Linux", "vhd": { "uri": "" }, "writeAcceleratorEnabled": "false"
              },
              "resourceDisk": { "size": "76800" }
            },
            "subscriptionId": "{{FakeVm.SubscriptionId}}",
            "tags": "aks-managed-createOperationID:4d0c7a36;aks-managed-kubeletIdentityClientID:{{kubelet.ClientId}};aks-managed-orchestrator:Kubernetes:1.34.2;aks-managed-poolName:nodepool1;environment:production",
            "tagsList": [
              { "name": "aks-managed-createOperationID", "value": "4d0c7a36" },
              { "name": "aks-managed-kubeletIdentityClientID", "value": "{{kubelet.ClientId}}" },
              { "name": "aks-managed-orchestrator", "value": "Kubernetes:1.34.2" },
              { "name": "aks-managed-poolName", "value": "nodepool1" },
              { "name": "environment", "value": "production" }
            ],
            "userData": "",
            "version": "202610.27.0",
            "virtualMachineScaleSet": { "id": "/subscriptions/{{FakeVm.SubscriptionId}}/resourceGroups/{{FakeVm.ResourceGroup}}/providers/Microsoft.Compute/virtualMachineScaleSets/{{FakeVm.ScaleSet}}" },
            "vmId": "{{FakeVm.VmId}}",
            "vmScaleSetName": "{{FakeVm.ScaleSet}}",
            "vmSize": "Standard_D4ds_v5",
            "zone": "1"
          },
          "network": {
            "interface": [
              {
                "ipv4": {
                  "ipAddress": [ { "privateIpAddress": "10.224.0.4", "publicIpAddress": "" } ],
                  "subnet": [ { "address": "10.224.0.0", "prefix": "16" } ]
                },
                "ipv6": { "ipAddress": [] },
                "macAddress": "000D3A4B5C6D"
              }
            ]
          }
        }
        """;
}
