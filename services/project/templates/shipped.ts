import { clientOnboarding } from './client-onboarding.ts'
import { marketingCampaign } from './marketing-campaign.ts'
import type { ShippedTemplate } from './row.ts'
import { softwareDelivery } from './software-delivery.ts'

/** The templates that come with the platform. */
export const shippedTemplates: readonly ShippedTemplate[] = [softwareDelivery, marketingCampaign, clientOnboarding]
