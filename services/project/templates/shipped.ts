import type { TemplateContent } from '../domain/template.ts'
import { clientOnboarding } from './client-onboarding.ts'
import { marketingCampaign } from './marketing-campaign.ts'
import { softwareDelivery } from './software-delivery.ts'

/** A template that comes with the platform; its id is fixed and the same in every organization. */
export type ShippedTemplate = TemplateContent & { id: string }

export const shippedTemplates: readonly ShippedTemplate[] = [softwareDelivery, marketingCampaign, clientOnboarding]
